// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Padding with a constant, see pad.py: counters walk the padded frame; beats of the border need no
// input, so those above a frame leave before it begins.

module pad #(
    parameter int HEIGHT = 1,
    parameter int WIDTH = 1,
    parameter int CHANNELS = 1,
    parameter int BITS = 1,
    parameter int TOP = 0,
    parameter int LEFT = 0,
    parameter int BOTTOM = 0,
    parameter int RIGHT = 0,
    parameter int VALUE = 0,
    parameter int LANES = 1
) (
    input  logic                  clk,
    input  logic                  rst_n,
    input  logic [LANES*BITS-1:0] in_data,
    input  logic                  in_valid,
    output logic                  in_ready,
    output logic [LANES*BITS-1:0] out_data,
    output logic                  out_valid,
    input  logic                  out_ready
);
  if (LANES < 1 || CHANNELS % LANES != 0) begin : g_bad_lanes
    $error("pad: LANES must divide CHANNELS");
  end
  if (TOP < 0 || LEFT < 0 || BOTTOM < 0 || RIGHT < 0) begin : g_bad_border
    $error("pad: TOP, LEFT, BOTTOM and RIGHT must not be negative");
  end

  localparam int FOLDS = CHANNELS / LANES;
  localparam int COLUMNS = LEFT + WIDTH + RIGHT;
  localparam int ROWS = TOP + HEIGHT + BOTTOM;
  localparam int FOLD_BITS = $clog2(FOLDS + 1);
  localparam int COLUMN_BITS = $clog2(COLUMNS + 1);
  localparam int ROW_BITS = $clog2(ROWS + 1);

  logic [FOLD_BITS-1:0] fold;
  logic [COLUMN_BITS-1:0] column;
  logic [ROW_BITS-1:0] row;
  logic fold_end, row_end, frame_end, in_frame, move;

  assign fold_end = fold == FOLD_BITS'(FOLDS - 1);
  assign row_end = column == COLUMN_BITS'(COLUMNS - 1);
  assign frame_end = row == ROW_BITS'(ROWS - 1);

  // 32-bit comparisons: a limit of 0 is no special case, and synthesis trims them.
  /* verilator lint_off UNSIGNED */
  assign in_frame = 32'(column) >= LEFT && 32'(column) < LEFT + WIDTH
               && 32'(row) >= TOP && 32'(row) < TOP + HEIGHT;
  /* verilator lint_on UNSIGNED */

  assign out_data = in_frame ? in_data : {LANES{BITS'(VALUE)}};
  assign out_valid = in_frame ? in_valid : 1'b1;
  assign in_ready = in_frame && out_ready;
  assign move = out_valid && out_ready;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      fold <= '0;
      column <= '0;
      row <= '0;
    end else if (move) begin
      fold <= fold_end ? '0 : fold + 1'b1;
      if (fold_end) column <= row_end ? '0 : column + 1'b1;
      if (fold_end && row_end) row <= frame_end ? '0 : row + 1'b1;
    end
  end
endmodule
