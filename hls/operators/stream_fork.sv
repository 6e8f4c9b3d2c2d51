// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Fork, see stream_fork.py (`fork` alone is a keyword): each copy leaves as soon as its
// consumer takes it; the beat is taken with the last of them.

module stream_fork #(
    parameter int WIDTH_BITS = 1,
    parameter int COPIES = 2
) (
    input  logic                         clk,
    input  logic                         rst_n,
    input  logic [       WIDTH_BITS-1:0] in_data,
    input  logic                         in_valid,
    output logic                         in_ready,
    output logic [COPIES*WIDTH_BITS-1:0] out_data,
    output logic [           COPIES-1:0] out_valid,
    input  logic [           COPIES-1:0] out_ready
);
  if (COPIES < 2) begin : g_bad_copies
    $error("stream_fork: COPIES must be at least 2");
  end

  logic [COPIES-1:0] sent;

  assign out_data = {COPIES{in_data}};
  assign out_valid = {COPIES{in_valid}} & ~sent;
  assign in_ready = &(sent | out_ready);

  always_ff @(posedge clk) begin
    if (!rst_n) sent <= '0;
    else if (in_valid) sent <= in_ready ? '0 : sent | out_ready;
  end
endmodule
