// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Saturating addition, see add_clip.py: takes a beat of both inputs at once.

module add_clip #(
    parameter int IN_BITS = 1,
    parameter int IN_SIGNED = 0,
    parameter int OUT_BITS = 1,
    parameter int OUT_SIGNED = 0,
    parameter int LANES = 1
) (
    input  logic                       clk,
    input  logic                       rst_n,
    input  logic [2*LANES*IN_BITS-1:0] in_data,
    input  logic [                1:0] in_valid,
    output logic [                1:0] in_ready,
    output logic [ LANES*OUT_BITS-1:0] out_data,
    output logic                       out_valid,
    input  logic                       out_ready
);
  if (IN_BITS < 1 || IN_BITS > 32 || OUT_BITS < 1 || OUT_BITS > 32) begin : g_bad_bits
    $error("add_clip: IN_BITS and OUT_BITS must be 1 to 32");
  end

  // Signed sums with room for either type.
  localparam int SUM_BITS = (IN_BITS > OUT_BITS ? IN_BITS : OUT_BITS) + 2;
  localparam logic signed [SUM_BITS-1:0] ONE = 1;
  localparam logic signed [SUM_BITS-1:0] HIGH =
      (ONE <<< (OUT_SIGNED != 0 ? OUT_BITS - 1 : OUT_BITS)) - ONE;
  localparam logic signed [SUM_BITS-1:0] LOW = OUT_SIGNED != 0 ? -HIGH - ONE : '0;

  assign out_valid = &in_valid;
  assign in_ready = {2{out_ready}} & {in_valid[0], in_valid[1]};

  for (genvar lane = 0; lane < LANES; lane++) begin : g_lane
    logic [IN_BITS-1:0] a, b;
    logic signed [SUM_BITS-1:0] sum;
    assign a = in_data[lane*IN_BITS+:IN_BITS];
    assign b = in_data[(LANES+lane)*IN_BITS+:IN_BITS];
    if (IN_SIGNED != 0) begin : g_signed
      assign sum = SUM_BITS'($signed(a)) + SUM_BITS'($signed(b));
    end else begin : g_unsigned
      assign sum = SUM_BITS'(a) + SUM_BITS'(b);
    end
    assign out_data[lane*OUT_BITS+:OUT_BITS] =
        OUT_BITS'(sum > HIGH ? HIGH : sum < LOW ? LOW : sum);
  end

  // Without state: the clock is there because every operator has one.
  logic unused;
  assign unused = clk ^ rst_n;
endmodule
