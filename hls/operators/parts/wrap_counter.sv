// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Counts 0 to LAST and round again, a step a cycle with `step`. No carry chain: where a counter's
// bits enter one, Yosys spends three to four times the LUTs on a memory that they address.

module wrap_counter #(
    parameter int LAST = 1,
    localparam int BITS = LAST > 0 ? $clog2(LAST + 1) : 1
) (
    input  logic            clk,
    input  logic            rst_n,
    input  logic            step,
    output logic [BITS-1:0] value,
    output logic            last
);
  logic [BITS-1:0] carry;

  assign last = value == BITS'(LAST);
  assign carry[0] = 1'b1;
  for (genvar i = 1; i < BITS; i++) begin : g_carry
    assign carry[i] = &value[i-1:0];
  end
  always_ff @(posedge clk) begin
    if (!rst_n) value <= '0;
    else if (step) value <= last ? '0 : value ^ carry;
  end
endmodule
