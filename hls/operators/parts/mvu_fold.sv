// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Control that the matrix-vector units share: the FOLD_IN beats of a group of GROUP pixels, which
// take turns, are taken once, while the first output fold is computed, and replayed from a buffer
// for the other FOLD_OUT - 1.
//
// `address` counts through the weight memory; `beat`, `valid`, `first` and `last` belong to the
// weights that a registered read at `address` returns. LATE=1: one more cycle for a block RAM's
// output register. Everything moves only with `enable`; `issue`: a beat enters the pipeline.

module mvu_fold #(
    parameter int FOLD_IN = 1,
    parameter int FOLD_OUT = 1,
    parameter int WIDTH_BITS = 1,
    parameter int GROUP = 1,
    parameter int LATE = 0,
    localparam int ADDRESS_BITS = FOLD_IN * FOLD_OUT > 1 ? $clog2(FOLD_IN * FOLD_OUT) : 1
) (
    input  logic                    clk,
    input  logic                    rst_n,
    input  logic                    enable,
    input  logic [  WIDTH_BITS-1:0] in_data,
    input  logic                    in_valid,
    output logic                    in_ready,
    output logic                    issue,
    output logic [ADDRESS_BITS-1:0] address,
    output logic [  WIDTH_BITS-1:0] beat,
    output logic                    valid,
    output logic                    first,
    output logic                    last
);
  localparam int INDEX_BITS = FOLD_IN > 1 ? $clog2(FOLD_IN) : 1;

  logic [INDEX_BITS-1:0] index;
  logic [WIDTH_BITS-1:0] replayed, beat_read;
  logic replaying, index_first, index_last, index_end, group_end;
  logic valid_read, first_read, last_read;

  wrap_counter #(.LAST(FOLD_IN - 1)) u_index (
      .clk, .rst_n, .step(issue), .value(index), .last(index_end)
  );
  wrap_counter #(.LAST(FOLD_IN * FOLD_OUT - 1)) u_address (
      .clk, .rst_n, .step(issue), .value(address), .last(group_end)
  );
  assign in_ready = enable && !replaying;
  assign issue = enable && (replaying || in_valid);

  always_ff @(posedge clk) begin
    if (!rst_n) valid_read <= 1'b0;
    else if (enable) valid_read <= replaying || in_valid;
    if (issue) begin
      beat_read <= replaying ? replayed : in_data;
      first_read <= index_first;
      last_read <= index_last;
    end
  end

  if (LATE != 0) begin : g_late
    always_ff @(posedge clk) begin
      if (!rst_n) valid <= 1'b0;
      else if (enable) valid <= valid_read;
      if (enable) {beat, first, last} <= {beat_read, first_read, last_read};
    end
  end else begin : g_at_once
    assign {beat, valid, first, last} = {beat_read, valid_read, first_read, last_read};
  end

  if (GROUP == 1) begin : g_one
    assign index_first = index == '0;
    assign index_last = index_end;
  end else if (GROUP == FOLD_IN) begin : g_all
    assign {index_first, index_last} = '1;
  end else begin : g_several
    assign index_first = index < INDEX_BITS'(GROUP);
    assign index_last = index >= INDEX_BITS'(FOLD_IN - GROUP);
  end

  if (FOLD_OUT > 1) begin : g_replay
    (* ram_style = "distributed" *)
    logic [WIDTH_BITS-1:0] memory[FOLD_IN];

    always_ff @(posedge clk) begin
      if (!rst_n) replaying <= 1'b0;
      else if (issue && index_end) replaying <= !group_end;
      if (in_valid && in_ready) memory[index] <= in_data;
    end
    assign replayed = memory[index];
  end else begin : g_no_replay
    logic unused;
    assign unused = ^{index, index_end, group_end};
    assign replaying = 1'b0;
    assign replayed  = '0;
  end
endmodule
