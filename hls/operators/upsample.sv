// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Nearest-neighbour upsampling, see upsample.py: repeats pixels and rows from a replay buffer.

module upsample #(
    parameter int WIDTH = 1,
    parameter int CHANNELS = 1,
    parameter int BITS = 1,
    parameter int FACTOR = 2,
    parameter int LANES = 1,
    parameter int DEPTH = 4
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
  localparam int FOLDS = CHANNELS / LANES;

  if (LANES < 1 || CHANNELS % LANES != 0) begin : g_bad_lanes
    $error("upsample: LANES must divide CHANNELS");
  end
  if (FACTOR < 2) begin : g_bad_factor
    $error("upsample: FACTOR must be at least 2");
  end
  if (DEPTH < WIDTH * FOLDS) begin : g_bad_depth
    $error("upsample: DEPTH must hold a row");
  end

  localparam int FOLD_BITS = $clog2(FOLDS + 1);
  localparam int COLUMN_BITS = $clog2(WIDTH + 1);
  localparam int REPEAT_BITS = $clog2(FACTOR + 1);
  localparam int COUNT_BITS = $clog2(DEPTH + 1) + 2;
  localparam int ADDRESS_BITS = $clog2(DEPTH);

  logic [FOLD_BITS-1:0] fold;
  logic [COLUMN_BITS-1:0] column;
  logic [REPEAT_BITS-1:0] pixel_repeat, row_repeat;
  logic fold_end, pixel_end, row_end, last_pixel, last_row, advance;
  logic signed [COUNT_BITS-1:0] step, freed;
  logic [ADDRESS_BITS-1:0] jump;

  assign last_pixel = pixel_repeat == REPEAT_BITS'(FACTOR - 1);
  assign last_row = row_repeat == REPEAT_BITS'(FACTOR - 1);
  assign fold_end = fold == FOLD_BITS'(FOLDS - 1);
  assign pixel_end = fold_end && last_pixel;
  assign row_end = pixel_end && column == COLUMN_BITS'(WIDTH - 1);

  assign freed = COUNT_BITS'(last_pixel && last_row);
  always_comb begin
    {step, jump} = move(1);
    if (fold_end && !last_pixel) {step, jump} = move(1 - FOLDS);
    else if (row_end && !last_row) {step, jump} = move(1 - WIDTH * FOLDS);
  end

  // A step, and as much modulo DEPTH.
  function automatic logic [COUNT_BITS+ADDRESS_BITS-1:0] move(int beats);
    return {COUNT_BITS'(beats), ADDRESS_BITS'(beats < 0 ? beats + DEPTH : beats)};
  endfunction

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      fold <= '0;
      pixel_repeat <= '0;
      column <= '0;
      row_repeat <= '0;
    end else if (advance) begin
      fold <= fold_end ? '0 : fold + 1'b1;
      if (fold_end) pixel_repeat <= last_pixel ? '0 : pixel_repeat + 1'b1;
      if (pixel_end) column <= row_end ? '0 : column + 1'b1;
      if (row_end) row_repeat <= last_row ? '0 : row_repeat + 1'b1;
    end
  end

  replay_buffer #(
      .WIDTH_BITS(LANES * BITS),
      .DEPTH(DEPTH)
  ) u_buffer (
      .clk, .rst_n, .in_data, .in_valid, .in_ready, .step, .jump, .freed,
      .blank(1'b0), .advance, .out_data, .out_valid, .out_ready
  );
endmodule
