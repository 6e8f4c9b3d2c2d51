// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// A valid/ready stream's promise: what is valid stays valid, with the same data, until it is taken.
// GIVEN streams (the operator's inputs) are assumed to keep it, and everything to start in reset;
// the others must. Reset may come again at any time.

module stream_properties #(
    parameter int WIDTH_BITS = 1,
    parameter bit GIVEN = 0
) (
    input  logic                  clk,
    input  logic                  rst_n,
    input  logic [WIDTH_BITS-1:0] data,
    input  logic                  valid,
    input  logic                  ready,
    output logic                  arrives,
    output logic                  stalled
);
  logic [WIDTH_BITS-1:0] held;
  logic started = 1'b0;

  // A beat counts from the cycle in which it is first offered, taken or not.
  assign arrives = valid && !stalled;

  always_ff @(posedge clk) begin
    stalled <= rst_n && valid && !ready;
    held <= data;
    started <= 1'b1;
  end

  if (GIVEN) begin : g_start
    always_comb assume (started || !rst_n);
  end

  always_comb begin
    if (rst_n && stalled) begin
      if (GIVEN) begin
        assume (valid && data == held);
      end else begin
        valid_held : assert (valid);
        data_held : assert (data == held);
      end
    end
  end
endmodule
