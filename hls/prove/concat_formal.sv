// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Properties of concat.sv: a counter of its own says whose beat the next one must be.

module concat_formal #(
    parameter int WIDTH_BITS = 1,
    parameter int INPUTS = 2,
    parameter int FOLDS_0 = 1,
    parameter int FOLDS_1 = 1,
    parameter int FOLDS_2 = 0,
    parameter int FOLDS_3 = 0,
    parameter int FOLDS_4 = 0,
    parameter int FOLDS_5 = 0,
    parameter int FOLDS_6 = 0,
    parameter int FOLDS_7 = 0
) (
    input logic                         clk,
    input logic                         rst_n,
    input logic [INPUTS*WIDTH_BITS-1:0] in_data,
    input logic [           INPUTS-1:0] in_valid,
    input logic                         out_ready,
    input logic [           INPUTS-1:0] watch
);
  localparam int FOLDS[8] = '{
      FOLDS_0, FOLDS_1, FOLDS_2, FOLDS_3, FOLDS_4, FOLDS_5, FOLDS_6, FOLDS_7
  };

  // Beats of a pixel that come before those of an input.
  function automatic int start(int unsigned count);
    start = 0;
    for (int i = 0; i < count; i++) start += FOLDS[i];
  endfunction

  logic [WIDTH_BITS-1:0] out_data;
  logic [INPUTS-1:0] in_ready;
  logic out_valid;
  int unsigned place;

  concat #(
      .WIDTH_BITS(WIDTH_BITS), .INPUTS(INPUTS),
      .FOLDS_0(FOLDS_0), .FOLDS_1(FOLDS_1), .FOLDS_2(FOLDS_2), .FOLDS_3(FOLDS_3),
      .FOLDS_4(FOLDS_4), .FOLDS_5(FOLDS_5), .FOLDS_6(FOLDS_6), .FOLDS_7(FOLDS_7)
  ) dut (.*);
  stream_properties #(.WIDTH_BITS(WIDTH_BITS)) out (
      .clk, .rst_n, .data(out_data), .valid(out_valid), .ready(out_ready), .arrives(), .stalled()
  );

  // Beats of this pixel that have left.
  always_ff @(posedge clk) begin
    if (!rst_n) place <= 0;
    else if (out_valid && out_ready) place <= place == start(INPUTS) - 1 ? 0 : place + 1;
  end

  for (genvar i = 0; i < INPUTS; i++) begin : g_input
    logic arrives, stalled, turn;
    assign turn = place >= start(i) && place < start(i + 1);
    stream_properties #(.WIDTH_BITS(WIDTH_BITS), .GIVEN(1)) given (
        .clk, .rst_n, .data(in_data[i*WIDTH_BITS+:WIDTH_BITS]), .valid(in_valid[i]),
        .ready(in_ready[i]), .arrives, .stalled
    );
    scoreboard #(.UNIT_BITS(WIDTH_BITS)) score (
        .clk, .rst_n, .in_data(in_data[i*WIDTH_BITS+:WIDTH_BITS]), .arrives, .stalled, .turn,
        .out_data, .out_valid, .out_ready, .watch(watch[i]), .pick(8'd0)
    );
    always_comb begin
      if (rst_n) begin
        if (in_valid[i] && turn) willing : assert (in_ready[i] || !out_ready);
        // Lemmas for the induction.
        lemma_count : assert (32'(score.fill) == 32'(stalled));
        lemma_selected : assert (turn == (32'(dut.select) == i));
        if (turn) lemma_folded : assert (place == start(i) + 32'(dut.fold));
      end
    end
  end

  always_comb if (rst_n) lemma_in_range : assert (place < start(INPUTS));
endmodule
