// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Multiply, add, shift and clip, see scale_clip.py. Pipeline as in a DSP slice: operands, product,
// sum, then the clipped result.

module scale_clip #(
    parameter int CHANNELS = 1,
    parameter int IN_BITS = 8,
    parameter int IN_SIGNED = 0,
    parameter int OUT_BITS = 4,
    parameter int GAIN_BITS = 8,
    parameter int OFFSET_BITS = 16,
    parameter int SHIFT = 4,
    parameter int LANES = 1,
    parameter string SCALES_FILE = ""
) (
    input  logic                      clk,
    input  logic                      rst_n,
    input  logic [ LANES*IN_BITS-1:0] in_data,
    input  logic                      in_valid,
    output logic                      in_ready,
    output logic [LANES*OUT_BITS-1:0] out_data,
    output logic                      out_valid,
    input  logic                      out_ready
);
  localparam int FOLDS = CHANNELS / LANES;
  localparam int FOLD_BITS = FOLDS > 1 ? $clog2(FOLDS) : 1;
  localparam int SLOT = GAIN_BITS + OFFSET_BITS;
  localparam int PRODUCT_BITS = IN_BITS + 1 + GAIN_BITS;
  localparam int SUM_BITS = (PRODUCT_BITS > OFFSET_BITS ? PRODUCT_BITS : OFFSET_BITS) + 1;

  if (LANES < 1 || CHANNELS % LANES != 0) begin : g_bad_lanes
    $error("scale_clip: LANES must divide CHANNELS");
  end
  if (OUT_BITS < 2 || OUT_BITS > 8 || IN_BITS > 24 || GAIN_BITS > 18 || SUM_BITS > 48)
  begin : g_bad_bits
    $error("scale_clip: OUT_BITS must be 2 to 8, IN_BITS at most 24, GAIN_BITS 18, the sum's 48");
  end
  if (SHIFT < 0 || SHIFT > SUM_BITS - OUT_BITS) begin : g_bad_shift
    $error("scale_clip: SHIFT must leave OUT_BITS of the sum");
  end

  logic [LANES*SLOT-1:0] memory[FOLDS], scales;
  logic [FOLD_BITS-1:0] fold;
  logic [3:1] valid;
  logic enable, unused_last;

  initial if (SCALES_FILE != "") $readmemh(SCALES_FILE, memory);

  assign enable = !out_valid || out_ready;
  assign in_ready = enable;
  assign scales = memory[fold];

  always_ff @(posedge clk) begin
    if (!rst_n) {out_valid, valid} <= '0;
    else if (enable) {out_valid, valid} <= {valid, in_valid};
  end

  wrap_counter #(.LAST(FOLDS - 1)) u_fold (
      .clk, .rst_n, .step(enable && in_valid), .value(fold), .last(unused_last)
  );

  for (genvar lane = 0; lane < LANES; lane++) begin : g_lane
    logic signed [IN_BITS:0] value;
    logic signed [GAIN_BITS-1:0] gain;
    logic signed [OFFSET_BITS-1:0] offset, offset_held;
    logic signed [PRODUCT_BITS-1:0] product;
    logic signed [SUM_BITS-1:0] sum;
    logic [SUM_BITS-SHIFT-1:OUT_BITS-1] above;
    logic [OUT_BITS-1:0] clipped;

    assign above = sum[SUM_BITS-1:SHIFT+OUT_BITS-1];
    assign clipped = &above || !(|above) ? sum[SHIFT+:OUT_BITS]
                                         : {sum[SUM_BITS-1], {OUT_BITS - 1{!sum[SUM_BITS-1]}}};
    always_ff @(posedge clk) begin
      if (enable) begin
        value <= {
          IN_SIGNED != 0 ? in_data[lane*IN_BITS+IN_BITS-1] : 1'b0, in_data[lane*IN_BITS+:IN_BITS]
        };
        {offset, gain} <= scales[lane*SLOT+:SLOT];
        product <= value * gain;
        offset_held <= offset;
        sum <= SUM_BITS'(product) + SUM_BITS'(offset_held);
        out_data[lane*OUT_BITS+:OUT_BITS] <= clipped;
      end
    end
    if (SHIFT > 0) begin : g_fraction
      logic unused;
      assign unused = ^sum[SHIFT-1:0];
    end
  end
endmodule
