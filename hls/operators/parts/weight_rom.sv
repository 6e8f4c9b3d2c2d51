// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Weight memory of the matrix-vector units: block RAM or LUTs with a registered read. LATE=1: a
// second register, a block RAM's output register.

module weight_rom #(
    parameter int WIDTH_BITS = 1,
    parameter int DEPTH = 1,
    parameter int BLOCK_RAM = 0,
    parameter int LATE = 0,
    parameter string WEIGHTS_FILE = "",
    localparam int ADDRESS_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input  logic                    clk,
    input  logic                    enable,
    input  logic [ADDRESS_BITS-1:0] address,
    output logic [  WIDTH_BITS-1:0] weights
);
  /* verilator lint_off UNUSEDPARAM */  // used in the attribute only, which Verilator skips
`ifdef YOSYS
  localparam string STYLE = BLOCK_RAM != 0 ? "block" : "logic";
`else
  localparam string STYLE = BLOCK_RAM != 0 ? "block" : "distributed";
`endif
  /* verilator lint_on UNUSEDPARAM */
  (* rom_style = STYLE *)
  logic [WIDTH_BITS-1:0] memory[DEPTH];
  logic [WIDTH_BITS-1:0] word;

  initial if (WEIGHTS_FILE != "") $readmemh(WEIGHTS_FILE, memory);

  always_ff @(posedge clk) if (enable) word <= memory[address];

  if (LATE != 0) begin : g_register
    always_ff @(posedge clk) if (enable) weights <= word;
  end else begin : g_no_register
    assign weights = word;
  end
endmodule
