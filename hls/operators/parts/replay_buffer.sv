// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Circular buffer whose beats are read in any order near its tail, as often as needed.
//
// The owner says with each beat read (`advance`) how far ahead the next one is (`step`, may be
// negative, and as `jump` modulo DEPTH) and how many beats at the tail nobody needs any more
// (`freed`). A beat leaves as soon as it was written. |step| < DEPTH, and freed <= DEPTH; freed may
// pass what was written so far. Reading starts START beats before the first one.
// `blank`: emit BLANK at once instead of reading the buffer.

module replay_buffer #(
    parameter int WIDTH_BITS = 1,
    parameter int DEPTH = 4,
    parameter int START = 0,
    parameter logic [WIDTH_BITS-1:0] BLANK = '0,
    localparam int COUNT_BITS = $clog2(DEPTH + 1) + 2,
    localparam int ADDRESS_BITS = $clog2(DEPTH)
) (
    input  logic                         clk,
    input  logic                         rst_n,
    input  logic        [WIDTH_BITS-1:0] in_data,
    input  logic                         in_valid,
    output logic                         in_ready,
    input  logic signed [COUNT_BITS-1:0] step,
    input  logic      [ADDRESS_BITS-1:0] jump,
    input  logic signed [COUNT_BITS-1:0] freed,
    input  logic                         blank,
    output logic                         advance,
    output logic        [WIDTH_BITS-1:0] out_data,
    output logic                         out_valid,
    input  logic                         out_ready
);
  localparam logic signed [COUNT_BITS-1:0] WRAP = COUNT_BITS'(DEPTH);

  // A place freed is written one cycle later at the earliest, so the ports never collide.
  /* verilator lint_off UNUSEDPARAM */  // used in the attribute only, which Verilator skips
  localparam bit SMALL = DEPTH <= 128 || DEPTH * WIDTH_BITS <= 4096;
  /* verilator lint_on UNUSEDPARAM */
  (* no_rw_check, ram_style = SMALL ? "distributed" : "block" *)
  logic [WIDTH_BITS-1:0] memory[DEPTH];

  logic signed [COUNT_BITS-1:0] room;   // places that may be written
  logic signed [COUNT_BITS-1:0] ahead;  // beats written from the read position on
  logic [ADDRESS_BITS-1:0] write_at, read_at;
  logic [ADDRESS_BITS-1:0] read_next;
  logic write;

  assign in_ready = room != '0;
  assign write = in_valid && in_ready;
  assign advance = (blank || ahead > 0) && (!out_valid || out_ready);

  if (DEPTH == 1 << ADDRESS_BITS) begin : g_natural
    assign read_next = read_at + jump;
  end else begin : g_wrap
    logic [ADDRESS_BITS:0] sum, wrapped;
    assign sum = {1'b0, read_at} + {1'b0, jump};
    assign wrapped = sum - (ADDRESS_BITS + 1)'(DEPTH);
    assign read_next = ADDRESS_BITS'(wrapped[ADDRESS_BITS] ? sum : wrapped);
  end

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      room <= WRAP - COUNT_BITS'(START);
      ahead <= COUNT_BITS'(START);
      write_at <= '0;
      read_at <= ADDRESS_BITS'(START == 0 ? 0 : DEPTH - START);
      out_valid <= 1'b0;
    end else begin
      room <= room - COUNT_BITS'(write) + (advance ? freed : '0);
      ahead <= ahead + COUNT_BITS'(write) - (advance ? step : '0);
      if (write) write_at <= write_at == ADDRESS_BITS'(DEPTH - 1) ? '0 : write_at + 1'b1;
      if (advance) read_at <= read_next;
      if (advance) out_valid <= 1'b1;
      else if (out_ready) out_valid <= 1'b0;
    end
  end

  always_ff @(posedge clk) begin
    if (write) memory[write_at] <= in_data;
    if (advance) out_data <= blank ? BLANK : memory[read_at];
  end
endmodule
