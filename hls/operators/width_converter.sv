// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Width converter, see width_converter.py: gathers several narrow beats into a wide one, or sends
// a wide one in pieces; lowest channels first.

module width_converter #(
    parameter int BITS = 1,
    parameter int IN_LANES = 1,
    parameter int OUT_LANES = 1
) (
    input  logic                      clk,
    input  logic                      rst_n,
    input  logic [ IN_LANES*BITS-1:0] in_data,
    input  logic                      in_valid,
    output logic                      in_ready,
    output logic [OUT_LANES*BITS-1:0] out_data,
    output logic                      out_valid,
    input  logic                      out_ready
);
  if (IN_LANES % OUT_LANES != 0 && OUT_LANES % IN_LANES != 0) begin : g_bad_lanes
    $error("width_converter: one of IN_LANES and OUT_LANES must divide the other");
  end

  localparam int RATIO = IN_LANES > OUT_LANES ? IN_LANES / OUT_LANES : OUT_LANES / IN_LANES;
  localparam int INDEX_BITS = RATIO > 1 ? $clog2(RATIO) : 1;

  logic [INDEX_BITS-1:0] index;
  logic last, move;

  assign last = index == INDEX_BITS'(RATIO - 1);
  always_ff @(posedge clk) begin
    if (!rst_n) index <= '0;
    else if (move) index <= last ? '0 : index + 1'b1;
  end

  if (RATIO == 1) begin : g_same
    assign move = 1'b0;
    assign out_data = in_data;
    assign out_valid = in_valid;
    assign in_ready = out_ready;
  end else if (IN_LANES < OUT_LANES) begin : g_gather
    localparam int WIDTH_BITS = IN_LANES * BITS;
    logic [(RATIO-1)*WIDTH_BITS-1:0] held;
    assign move = in_valid && in_ready;
    assign out_data = {in_data, held};
    assign out_valid = in_valid && last;
    assign in_ready = out_ready || !last;
    always_ff @(posedge clk) if (move) held <= out_data[RATIO*WIDTH_BITS-1:WIDTH_BITS];
  end else begin : g_split
    localparam int WIDTH_BITS = OUT_LANES * BITS;
    logic [WIDTH_BITS-1:0] pieces[RATIO];
    for (genvar i = 0; i < RATIO; i++) begin : g_piece
      assign pieces[i] = in_data[i*WIDTH_BITS+:WIDTH_BITS];
    end
    assign move = out_valid && out_ready;
    assign out_data = pieces[index];
    assign out_valid = in_valid;
    assign in_ready = out_ready && last;
  end
endmodule
