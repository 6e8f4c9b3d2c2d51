// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Properties of stream_fork.sv: each copy is the input, and waits for no other.

module stream_fork_formal #(
    parameter int WIDTH_BITS = 1,
    parameter int COPIES = 2
) (
    input logic                  clk,
    input logic                  rst_n,
    input logic [WIDTH_BITS-1:0] in_data,
    input logic                  in_valid,
    input logic [    COPIES-1:0] out_ready,
    input logic [    COPIES-1:0] watch
);
  logic [COPIES*WIDTH_BITS-1:0] out_data;
  logic [COPIES-1:0] out_valid;
  logic in_ready, arrives, stalled;

  stream_fork #(.WIDTH_BITS(WIDTH_BITS), .COPIES(COPIES)) dut (.*);
  stream_properties #(.WIDTH_BITS(WIDTH_BITS), .GIVEN(1)) given (
      .clk, .rst_n, .data(in_data), .valid(in_valid), .ready(in_ready), .arrives, .stalled
  );

  for (genvar i = 0; i < COPIES; i++) begin : g_copy
    stream_properties #(.WIDTH_BITS(WIDTH_BITS)) out (
        .clk, .rst_n, .data(out_data[i*WIDTH_BITS+:WIDTH_BITS]), .valid(out_valid[i]),
        .ready(out_ready[i]), .arrives(), .stalled()
    );
    scoreboard #(.UNIT_BITS(WIDTH_BITS)) score (
        .clk, .rst_n, .in_data, .arrives, .stalled, .turn(1'b1),
        .out_data(out_data[i*WIDTH_BITS+:WIDTH_BITS]), .out_valid(out_valid[i]),
        .out_ready(out_ready[i]), .watch(watch[i]), .pick(8'd0)
    );
    always_comb begin
      if (rst_n) begin
        alone : cover (out_valid[i] && out_ready[i] && !in_ready);
        // Lemmas for the induction.
        lemma_sent : assert ((score.fill != '0) == (stalled && !dut.sent[i]));
        lemma_sent_of : assert (stalled || !dut.sent[i]);
      end
    end
  end

  always_comb begin
    if (rst_n && in_valid) begin
      willing : assert (in_ready || (out_valid & ~out_ready) != '0);
    end
  end
endmodule
