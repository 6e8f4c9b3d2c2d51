// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The windows of a pooling operator, see pool.py. Two steps: a beat comes in while what is known of
// its window so far is read from the line buffer; then the owner makes one `result` of the two,
// which is written back, or is the window's with `out_valid`. At a window's `first` beat `so_far`
// means nothing.

module pool_buffer #(
    parameter int HEIGHT = 2,
    parameter int WIDTH = 2,
    parameter int FOLDS = 1,
    parameter int SIZE = 2,
    parameter int IN_BITS = 1,
    parameter int RESULT_BITS = 1
) (
    input  logic                   clk,
    input  logic                   rst_n,
    input  logic     [IN_BITS-1:0] in_data,
    input  logic                   in_valid,
    output logic                   in_ready,
    output logic     [IN_BITS-1:0] beat,
    output logic [RESULT_BITS-1:0] so_far,
    output logic                   first,
    input  logic [RESULT_BITS-1:0] result,
    output logic                   out_valid,
    input  logic                   out_ready
);
  localparam int ROWS = HEIGHT / SIZE;
  localparam int COLUMNS = WIDTH / SIZE;
  localparam int DEPTH = COLUMNS * FOLDS;
  localparam int ADDRESS_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1;
  localparam int FOLD_BITS = $clog2(FOLDS + 1);
  localparam int SIZE_BITS = $clog2(SIZE);
  localparam int COLUMN_BITS = $clog2(COLUMNS + 1);
  localparam int ROW_BITS = $clog2(ROWS + 1);
  localparam int LEFT_COLUMNS = WIDTH - COLUMNS * SIZE;
  localparam int LEFT_ROWS = HEIGHT - ROWS * SIZE;

  // Position of the next beat: window (row, column), pixel in it (inner_*), channel fold.
  // Pixels past the last window count as a window of their own, narrower than the others.
  logic [FOLD_BITS-1:0] fold;
  logic [SIZE_BITS-1:0] inner_x, inner_y;
  logic [COLUMN_BITS-1:0] column;
  logic [ROW_BITS-1:0] row;
  logic fold_end, last_x, last_y, line_end, frame_end, accept, kept, drop_x, drop_y;

  assign fold_end = fold == FOLD_BITS'(FOLDS - 1);
  assign drop_x = column == COLUMN_BITS'(COLUMNS);
  assign drop_y = row == ROW_BITS'(ROWS);
  assign kept = !drop_x && !drop_y;
  assign last_x = inner_x == SIZE_BITS'(drop_x ? LEFT_COLUMNS - 1 : SIZE - 1);
  assign last_y = inner_y == SIZE_BITS'(drop_y ? LEFT_ROWS - 1 : SIZE - 1);
  assign line_end = last_x && column == COLUMN_BITS'(LEFT_COLUMNS > 0 ? COLUMNS : COLUMNS - 1);
  assign frame_end = last_y && row == ROW_BITS'(LEFT_ROWS > 0 ? ROWS : ROWS - 1);

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      fold <= '0;
      inner_x <= '0;
      inner_y <= '0;
      column <= '0;
      row <= '0;
    end else if (accept) begin
      fold <= fold_end ? '0 : fold + 1'b1;
      if (fold_end) begin
        inner_x <= last_x ? '0 : inner_x + 1'b1;
        if (last_x) column <= line_end ? '0 : column + 1'b1;
        if (line_end) inner_y <= last_y ? '0 : inner_y + 1'b1;
        if (line_end && last_y) row <= frame_end ? '0 : row + 1'b1;
      end
    end
  end

  // Addresses of the line buffer count up with the windows of a row; the folds of a pixel are
  // neighbours, so that each further pixel of a window goes back to the first of them.
  logic [ADDRESS_BITS-1:0] base, address;
  assign address = base + ADDRESS_BITS'(fold);
  always_ff @(posedge clk) begin
    if (!rst_n) base <= '0;
    else if (accept && fold_end) begin
      if (line_end) base <= '0;
      else if (last_x && !drop_x) base <= base + ADDRESS_BITS'(FOLDS);
    end
  end

  /* verilator lint_off UNUSEDPARAM */  // used in the attribute only, which Verilator skips
  localparam bit SMALL = DEPTH <= 128 || DEPTH * RESULT_BITS <= 4096;
  /* verilator lint_on UNUSEDPARAM */
  (* no_rw_check, ram_style = SMALL ? "distributed" : "block" *)
  logic [RESULT_BITS-1:0] memory[DEPTH];
  logic [RESULT_BITS-1:0] read, result_before;
  logic [ADDRESS_BITS-1:0] write_at;
  logic held, emit, forward, move;

  assign move = !out_valid || out_ready;
  assign in_ready = move;
  assign accept = in_valid && in_ready;
  assign out_valid = held && emit;
  assign so_far = forward ? result_before : read;

  always_ff @(posedge clk) begin
    if (!rst_n) held <= 1'b0;
    else if (move) held <= accept && kept;
    if (accept) begin
      beat <= in_data;
      read <= memory[address];
      result_before <= result;
      write_at <= address;
      first <= inner_x == '0 && inner_y == '0;
      emit <= last_x && last_y;
      // With one beat per pixel, the beat just before may be about to write this word.
      forward <= FOLDS == 1 && (WIDTH == SIZE || inner_x != '0);
    end
    if (held && move) memory[write_at] <= result;
  end
endmodule
