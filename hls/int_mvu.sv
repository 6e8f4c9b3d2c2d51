// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Integer matrix-vector unit, see int_mvu.py. A chain of DSP slices sums a beat's products: each
// lane works a cycle after the lane before it, on values and weights that are as much later, so
// that no adder lies outside the slices. Two outputs share a chain where their sums fit side by
// side; then the odd one's weights come less one where the even one's are negative.

module int_mvu #(
    parameter int CHANNELS = 1,
    parameter int IN_BITS = 8,
    parameter int IN_SIGNED = 0,
    parameter int OUT_CHANNELS = 1,
    parameter int WEIGHT_BITS = 4,
    parameter int OUT_BITS = 12,
    parameter int PE = 1,
    parameter int SIMD = 1,
    parameter string WEIGHTS_FILE = ""
) (
    input  logic                    clk,
    input  logic                    rst_n,
    input  logic [SIMD*IN_BITS-1:0] in_data,
    input  logic                    in_valid,
    output logic                    in_ready,
    output logic [ PE*OUT_BITS-1:0] out_data,
    output logic                    out_valid,
    input  logic                    out_ready
);
  if (SIMD < 1 || CHANNELS % SIMD != 0) begin : g_bad_simd
    $error("int_mvu: SIMD must divide CHANNELS");
  end
  if (PE < 1 || OUT_CHANNELS % PE != 0) begin : g_bad_pe
    $error("int_mvu: PE must divide OUT_CHANNELS");
  end
  if (WEIGHT_BITS < 2 || WEIGHT_BITS > 16 || IN_BITS < 1 || IN_BITS > 16) begin : g_bad_bits
    $error("int_mvu: weights need 2 to 16 bits, inputs 1 to 16");
  end

  localparam int FOLD_IN = CHANNELS / SIMD;
  localparam int FOLD_OUT = OUT_CHANNELS / PE;
  localparam int DEPTH = FOLD_IN * FOLD_OUT;
  localparam int ADDRESS_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1;
  // A DSP slice multiplies 25 by 18 bits and adds 48.
  localparam int SUM_BITS = IN_BITS + WEIGHT_BITS + $clog2(SIMD) - IN_SIGNED;
  localparam int PACK = PE % 2 == 0 && SUM_BITS + WEIGHT_BITS <= 25 ? 2 : 1;
  localparam int FACTOR_BITS = PACK == 2 ? SUM_BITS + WEIGHT_BITS : WEIGHT_BITS;
  localparam int CHAIN_BITS = PACK * SUM_BITS;
  /* verilator lint_off UNUSEDPARAM */  // used in the attribute only, which Verilator skips
`ifdef YOSYS
  localparam string STYLE = "logic";
`else
  localparam string STYLE = "distributed";
`endif
  /* verilator lint_on UNUSEDPARAM */

  logic [SIMD*IN_BITS-1:0] beat;
  (* rom_style = STYLE *)
  logic [PE*SIMD*WEIGHT_BITS-1:0] memory[DEPTH];
  logic [ADDRESS_BITS-1:0] address[SIMD];
  logic signed [IN_BITS:0] values[SIMD];
  logic enable, unused;
  // Control bits beside the data: 0 with the weights, then with the product and each lane's sum.
  logic [SIMD+1:0] valid, first, last;

  initial if (WEIGHTS_FILE != "") $readmemh(WEIGHTS_FILE, memory);

  assign enable = !out_valid || out_ready;

  mvu_fold #(
      .FOLD_IN(FOLD_IN),
      .FOLD_OUT(FOLD_OUT),
      .WIDTH_BITS(SIMD * IN_BITS)
  ) u_fold (
      .clk, .rst_n, .enable, .in_data, .in_valid, .in_ready, .issue(unused), .address(address[0]),
      .beat,
      .valid(valid[0]), .first(first[0]), .last(last[0])
  );

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      valid[SIMD+1:1] <= '0;
      out_valid <= 1'b0;
    end else if (enable) begin
      valid[SIMD+1:1] <= valid[SIMD:0];
      out_valid <= valid[SIMD+1] && last[SIMD+1];
    end
    if (enable) begin
      first[SIMD+1:1] <= first[SIMD:0];
      last[SIMD+1:1] <= last[SIMD:0];
    end
  end

  for (genvar lane = 0; lane < SIMD; lane++) begin : g_lane
    logic [IN_BITS-1:0] line[lane+1];
    assign line[0] = beat[lane*IN_BITS+:IN_BITS];
    for (genvar i = 1; i <= lane; i++) begin : g_late
      always_ff @(posedge clk) if (enable) line[i] <= line[i-1];
    end
    if (lane > 0) begin : g_address
      always_ff @(posedge clk) if (enable) address[lane] <= address[lane-1];
    end
    // One more bit makes an unsigned input a signed number.
    assign values[lane] = {IN_SIGNED != 0 ? line[lane][IN_BITS-1] : 1'b0, line[lane]};
  end

  for (genvar chain = 0; chain < PE / PACK; chain++) begin : g_chain
    logic signed [CHAIN_BITS-1:0] sums[SIMD];

    for (genvar lane = 0; lane < SIMD; lane++) begin : g_lane
      localparam int EVEN = (PACK * chain * SIMD + lane) * WEIGHT_BITS;
      logic signed [WEIGHT_BITS-1:0] even;
      logic signed [FACTOR_BITS-1:0] factor, factor_next;
      logic signed [CHAIN_BITS-1:0] product;
      assign even = memory[address[lane]][EVEN+:WEIGHT_BITS];
      if (PACK == 2) begin : g_two
        assign factor_next = {
          memory[address[lane]][EVEN+SIMD*WEIGHT_BITS+:WEIGHT_BITS], SUM_BITS'(even)
        };
      end else begin : g_one
        assign factor_next = even;
      end
      always_ff @(posedge clk) begin
        if (enable) begin
          factor <= factor_next;
          product <= CHAIN_BITS'(factor * values[lane]);
          if (lane == 0) sums[lane] <= product;
          else sums[lane] <= sums[lane-1] + product;
        end
      end
    end

    for (genvar i = 0; i < PACK; i++) begin : g_output
      logic signed [SUM_BITS-1:0] sum;
      logic signed [OUT_BITS-1:0] total;
      logic borrowed;
      assign sum = sums[SIMD-1][i*SUM_BITS+:SUM_BITS];
      assign borrowed = i == 1 && sums[SIMD-1][SUM_BITS-1];
      // Dot products fit in OUT_BITS, so that what overflows on the way there comes back.
      always_ff @(posedge clk) begin
        if (enable && valid[SIMD+1]) begin
          total <= (first[SIMD+1] ? '0 : total) + OUT_BITS'(sum) + OUT_BITS'(borrowed);
        end
      end
      assign out_data[(PACK*chain+i)*OUT_BITS+:OUT_BITS] = total;
    end
  end
endmodule
