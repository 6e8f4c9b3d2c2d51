// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Properties of width_converter.sv, in units of its narrower side.

module width_converter_formal #(
    parameter int BITS = 1,
    parameter int IN_LANES = 1,
    parameter int OUT_LANES = 1
) (
    input logic                     clk,
    input logic                     rst_n,
    input logic [IN_LANES*BITS-1:0] in_data,
    input logic                     in_valid,
    input logic                     out_ready,
    input logic                     watch,
    input logic [              7:0] pick
);
  localparam int UNIT_LANES = IN_LANES < OUT_LANES ? IN_LANES : OUT_LANES;
  localparam int UNIT_BITS = UNIT_LANES * BITS;
  localparam int RATIO = IN_LANES * OUT_LANES / UNIT_LANES / UNIT_LANES;
  logic [OUT_LANES*BITS-1:0] out_data;
  logic in_ready, out_valid, arrives, stalled;
  int unsigned fill, ahead, index;

  width_converter #(.BITS(BITS), .IN_LANES(IN_LANES), .OUT_LANES(OUT_LANES)) dut (.*);
  stream_properties #(.WIDTH_BITS(IN_LANES * BITS), .GIVEN(1)) given (
      .clk, .rst_n, .data(in_data), .valid(in_valid), .ready(in_ready), .arrives, .stalled
  );
  stream_properties #(.WIDTH_BITS(OUT_LANES * BITS)) out (
      .clk, .rst_n, .data(out_data), .valid(out_valid), .ready(out_ready), .arrives(), .stalled()
  );
  scoreboard #(
      .UNIT_BITS(UNIT_BITS), .IN_UNITS(IN_LANES / UNIT_LANES), .OUT_UNITS(OUT_LANES / UNIT_LANES),
      .CAPACITY(RATIO)
  ) score (
      .clk, .rst_n, .in_data, .arrives, .stalled, .turn(1'b1), .out_data, .out_valid, .out_ready,
      .watch, .pick
  );

  assign fill = 32'(score.fill);
  assign ahead = 32'(score.ahead);
  assign index = 32'(dut.index);

  always_comb begin
    if (rst_n) begin
      // What is left of a beat, or a consumer that refuses, is the only reason to refuse.
      if (in_valid && !in_ready) willing : assert (out_valid && (!out_ready || score.fill_now > 1));
      lemma_in_range : assert (index < RATIO);
    end
  end

  if (RATIO == 1) begin : g_same
    always_comb if (rst_n) lemma_count : assert (fill == 32'(stalled));
  end else if (IN_LANES < OUT_LANES) begin : g_gather
    logic [UNIT_BITS-1:0] held;
    assign held = dut.g_gather.held[(RATIO-1-index+ahead)*UNIT_BITS+:UNIT_BITS];
    always_comb begin
      if (rst_n) begin
        lemma_count : assert (fill == index + 32'(stalled));
        lemma_offered_last : assert (!stalled || index == RATIO - 1);
        if (score.following && ahead < index) lemma_gathered : assert (held == score.value);
      end
    end
  end else begin : g_split
    always_comb begin
      if (rst_n) begin
        lemma_count : assert (fill == (stalled ? RATIO - index : 0));
        lemma_offered_rest : assert (stalled || index == 0);
      end
    end
  end
endmodule
