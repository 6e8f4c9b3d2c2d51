// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Properties of add_clip.sv: two beats are taken together, and their clipped sum leaves.

module add_clip_formal #(
    parameter int IN_BITS = 1,
    parameter int IN_SIGNED = 0,
    parameter int OUT_BITS = 1,
    parameter int OUT_SIGNED = 0,
    parameter int LANES = 1
) (
    input logic                       clk,
    input logic                       rst_n,
    input logic [2*LANES*IN_BITS-1:0] in_data,
    input logic [                1:0] in_valid,
    input logic                       out_ready,
    input logic                       watch
);
  localparam int LOW = OUT_SIGNED != 0 ? -(1 << (OUT_BITS - 1)) : 0;
  localparam int HIGH = LOW + (1 << OUT_BITS) - 1;
  logic [LANES*OUT_BITS-1:0] out_data, sums;
  logic [1:0] in_ready;
  logic out_valid, arrives, stalled;

  function automatic int number(logic [IN_BITS-1:0] bits);
    return IN_SIGNED != 0 ? 32'($signed(bits)) : 32'(bits);
  endfunction

  add_clip #(
      .IN_BITS(IN_BITS), .IN_SIGNED(IN_SIGNED), .OUT_BITS(OUT_BITS), .OUT_SIGNED(OUT_SIGNED),
      .LANES(LANES)
  ) dut (.*);
  for (genvar i = 0; i < 2; i++) begin : g_input
    stream_properties #(.WIDTH_BITS(LANES * IN_BITS), .GIVEN(1)) given (
        .clk, .rst_n, .data(in_data[i*LANES*IN_BITS+:LANES*IN_BITS]), .valid(in_valid[i]),
        .ready(in_ready[i]), .arrives(), .stalled()
    );
  end
  stream_properties #(.WIDTH_BITS(LANES * OUT_BITS)) out (
      .clk, .rst_n, .data(out_data), .valid(out_valid), .ready(out_ready), .arrives(), .stalled()
  );

  // Pairs of beats as one stream, of the sums that they make.
  for (genvar lane = 0; lane < LANES; lane++) begin : g_lane
    int sum;
    assign sum = number(in_data[lane*IN_BITS+:IN_BITS])
        + number(in_data[(LANES+lane)*IN_BITS+:IN_BITS]);
    assign sums[lane*OUT_BITS+:OUT_BITS] = OUT_BITS'(sum > HIGH ? HIGH : sum < LOW ? LOW : sum);
  end
  stream_properties #(.WIDTH_BITS(LANES * OUT_BITS)) pair (
      .clk, .rst_n, .data(sums), .valid(&in_valid), .ready(in_ready[0]), .arrives, .stalled
  );
  scoreboard #(.UNIT_BITS(LANES * OUT_BITS)) score (
      .clk, .rst_n, .in_data(sums), .arrives, .stalled, .turn(1'b1), .out_data, .out_valid,
      .out_ready, .watch, .pick(8'd0)
  );

  always_comb begin
    if (rst_n) begin
      together : assert ((in_valid & in_ready) == '0 || (in_valid & in_ready) == '1);
      if (in_valid == '1) willing : assert (in_ready[0] == out_ready);
      waits : cover (in_valid == 2'b10);
      clips : cover (g_lane[0].sum > HIGH && out_valid && out_ready);
      // Lemmas for the induction.
      lemma_count : assert (32'(score.fill) == 32'(stalled));
    end
  end
endmodule
