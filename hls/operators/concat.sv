// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Concatenation, see concat.py: passes FOLDS_0 beats of input 0, then FOLDS_1 of input 1, and so
// on, for each pixel.

module concat #(
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
    input  logic                         clk,
    input  logic                         rst_n,
    input  logic [INPUTS*WIDTH_BITS-1:0] in_data,
    input  logic [           INPUTS-1:0] in_valid,
    output logic [           INPUTS-1:0] in_ready,
    output logic [       WIDTH_BITS-1:0] out_data,
    output logic                         out_valid,
    input  logic                         out_ready
);
  localparam int FOLDS[8] = '{
      FOLDS_0, FOLDS_1, FOLDS_2, FOLDS_3, FOLDS_4, FOLDS_5, FOLDS_6, FOLDS_7
  };

  if (INPUTS < 2 || INPUTS > 8) begin : g_bad_inputs
    $error("concat: INPUTS must be 2 to 8");
  end
  for (genvar i = 0; i < 8; i++) begin : g_check
    if ((FOLDS[i] > 0) != (i < INPUTS)) begin : g_bad_folds
      $error("concat: just the first INPUTS of FOLDS_0 to FOLDS_7 must be at least 1");
    end
  end

  function automatic int largest();
    largest = 1;
    for (int i = 0; i < INPUTS; i++) if (FOLDS[i] > largest) largest = FOLDS[i];
  endfunction

  localparam int SELECT_BITS = $clog2(INPUTS);
  localparam int FOLD_BITS = $clog2(largest() + 1);

  logic [SELECT_BITS-1:0] select;
  logic [FOLD_BITS-1:0] fold;
  logic [WIDTH_BITS-1:0] beats[INPUTS];
  logic [INPUTS-1:0] ends;
  logic move;

  for (genvar i = 0; i < INPUTS; i++) begin : g_input
    assign beats[i] = in_data[i*WIDTH_BITS+:WIDTH_BITS];
    assign in_ready[i] = out_ready && select == SELECT_BITS'(i);
    assign ends[i] = fold == FOLD_BITS'(FOLDS[i] - 1);
  end

  assign out_data = beats[select];
  assign out_valid = in_valid[select];
  assign move = out_valid && out_ready;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      select <= '0;
      fold <= '0;
    end else if (move) begin
      fold <= ends[select] ? '0 : fold + 1'b1;
      if (ends[select]) select <= select == SELECT_BITS'(INPUTS - 1) ? '0 : select + 1'b1;
    end
  end
endmodule
