// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Multi-threshold, see threshold.py: a binary search through a channel's ascending thresholds, one
// pipeline stage, one comparator a lane and one table read for each output bit.

module threshold #(
    parameter int CHANNELS = 1,
    parameter int IN_BITS = 4,
    parameter int IN_SIGNED = 0,
    parameter int OUT_BITS = 1,
    parameter int OUT_SIGNED = 0,
    parameter int FLIPS = 0,
    parameter int LANES = 1,
    parameter string THRESHOLDS_FILE = ""
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
  if (LANES < 1 || CHANNELS % LANES != 0) begin : g_bad_lanes
    $error("threshold: LANES must divide CHANNELS");
  end
  if (OUT_BITS < 1 || OUT_BITS > 8 || IN_BITS < 1 || IN_BITS > 30) begin : g_bad_bits
    $error("threshold: OUT_BITS must be 1 to 8, IN_BITS 1 to 30");
  end

  localparam int FOLDS = CHANNELS / LANES;
  localparam int FOLD_BITS = FOLDS > 1 ? $clog2(FOLDS) : 1;
  localparam int SLOT = IN_BITS + 1;
  localparam int CODES = 1 << OUT_BITS;
  localparam int ADDRESS_BITS = $clog2(FOLDS * CODES);
  // Signed values compare like unsigned ones once their sign bit is inverted.
  localparam logic [IN_BITS-1:0] BIAS = IN_SIGNED != 0 ? IN_BITS'(1) << (IN_BITS - 1) : '0;
  localparam logic [OUT_BITS-1:0] LOW = OUT_SIGNED != 0 ? OUT_BITS'(1) << (OUT_BITS - 1) : '0;

  // Word (fold, i): of each lane threshold i - 1; for i = 0 whether the channel flips.
  logic [LANES*SLOT-1:0] memory[FOLDS*CODES];
  initial if (THRESHOLDS_FILE != "") $readmemh(THRESHOLDS_FILE, memory);

  // Before level i: the values, the upper bits of the counts so far (0 below), the channel fold.
  logic [LANES*IN_BITS-1:0] values[OUT_BITS];
  logic [LANES*OUT_BITS-1:0] counts[OUT_BITS+1];
  logic [FOLD_BITS-1:0] folds[OUT_BITS];
  logic [OUT_BITS:0] valid;
  logic enable;

  assign enable = !out_valid || out_ready;
  assign in_ready = enable;
  assign valid[0] = in_valid;
  assign counts[0] = '0;
  assign out_valid = valid[OUT_BITS];
  assign out_data = counts[OUT_BITS] ^ {LANES{LOW}};

  always_ff @(posedge clk) begin
    if (!rst_n) valid[OUT_BITS:1] <= '0;
    else if (enable) valid[OUT_BITS:1] <= valid[OUT_BITS-1:0];
  end

  logic unused;
  wrap_counter #(.LAST(FOLDS - 1)) u_fold (
      .clk, .rst_n, .step(in_valid && in_ready), .value(folds[0]), .last(unused)
  );

  for (genvar lane = 0; lane < LANES; lane++) begin : g_flip
    logic flip;
    if (FLIPS != 0) begin : g_read
      assign flip = memory[ADDRESS_BITS'({folds[0], OUT_BITS'(0)})][lane*SLOT];
    end else begin : g_never
      assign flip = 1'b0;
    end
    assign values[0][lane*IN_BITS+:IN_BITS] =
        in_data[lane*IN_BITS+:IN_BITS] ^ BIAS ^ {IN_BITS{flip}};
  end

  for (genvar level = 0; level < OUT_BITS; level++) begin : g_level
    localparam logic [OUT_BITS-1:0] BIT = OUT_BITS'(1) << (OUT_BITS - 1 - level);

    if (level + 1 < OUT_BITS) begin : g_pass_on
      always_ff @(posedge clk) begin
        if (enable) begin
          values[level+1] <= values[level];
          folds[level+1]  <= folds[level];
        end
      end
    end

    for (genvar lane = 0; lane < LANES; lane++) begin : g_lane
      logic [OUT_BITS-1:0] count, probe;
      logic [SLOT-1:0] limit;
      assign count = counts[level][lane*OUT_BITS+:OUT_BITS];
      assign probe = count | BIT;
      assign limit = memory[ADDRESS_BITS'({folds[level], probe})][lane*SLOT+:SLOT];
      always_ff @(posedge clk) begin
        if (enable) begin
          counts[level+1][lane*OUT_BITS+:OUT_BITS] <=
              SLOT'(values[level][lane*IN_BITS+:IN_BITS]) >= limit ? probe : count;
        end
      end
    end
  end
endmodule
