// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Integer matrix-vector unit, see int_mvu.py. A chain of DSP slices sums a beat's products: each
// lane works a cycle after the lane before it, on values and weights that are as much later, so
// that no adder lies outside the slices. With one lane the slice accumulates, too.
//
// Two outputs share a chain where their sums fit side by side; then the odd one's weights come less
// one where the even one's are negative, and the even one's sum starts from half its range, so that
// it never borrows from the odd one's.

module int_mvu #(
    parameter int CHANNELS = 1,
    parameter int IN_BITS = 8,
    parameter int IN_SIGNED = 0,
    parameter int OUT_CHANNELS = 1,
    parameter int WEIGHT_BITS = 4,
    parameter int OUT_BITS = 12,
    parameter int PE = 1,
    parameter int SIMD = 1,
    parameter int BLOCK_RAM = 0,
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
  localparam int FIELD = SIMD == 1 ? OUT_BITS : SUM_BITS;
  localparam int PACK = PE % 2 == 0 && FIELD + WEIGHT_BITS <= 25 ? 2 : 1;
  localparam int FACTOR_BITS = PACK == 2 ? FIELD + WEIGHT_BITS : WEIGHT_BITS;
  localparam int CHAIN_BITS = PACK * FIELD;
  localparam int FULL_BITS = FACTOR_BITS + IN_BITS + 1 - IN_SIGNED;
  localparam int PRODUCT_BITS = FULL_BITS < CHAIN_BITS ? FULL_BITS : CHAIN_BITS;
  localparam logic signed [CHAIN_BITS-1:0] BIAS = PACK == 2 ? CHAIN_BITS'(1) << (FIELD - 1) : '0;
  // Control bits: 0 with the weights, 1 with the product, and then with each lane's sum but one's,
  // which is the accumulator.
  localparam int STEPS = SIMD == 1 ? 2 : SIMD + 2;

  logic [SIMD*IN_BITS-1:0] beat;
  logic [PE*SIMD*WEIGHT_BITS-1:0] weights;
  logic [ADDRESS_BITS-1:0] address;
  logic signed [IN_BITS:0] values[SIMD];
  logic signed [FACTOR_BITS-1:0] factors[SIMD][PE/PACK];
  logic enable, unused;
  logic [STEPS-1:0] valid, first, last;

  assign enable = !out_valid || out_ready;

  mvu_fold #(
      .FOLD_IN(FOLD_IN),
      .FOLD_OUT(FOLD_OUT),
      .WIDTH_BITS(SIMD * IN_BITS),
      .LATE(BLOCK_RAM)
  ) u_fold (
      .clk, .rst_n, .enable, .in_data, .in_valid, .in_ready, .issue(unused), .address, .beat,
      .valid(valid[0]), .first(first[0]), .last(last[0])
  );

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      valid[STEPS-1:1] <= '0;
      out_valid <= 1'b0;
    end else if (enable) begin
      valid[STEPS-1:1] <= valid[STEPS-2:0];
      out_valid <= valid[STEPS-1] && last[STEPS-1];
    end
    if (enable) begin
      first[STEPS-1:1] <= first[STEPS-2:0];
      last[STEPS-1:1] <= last[STEPS-2:0];
    end
  end

  weight_rom #(
      .WIDTH_BITS(PE * SIMD * WEIGHT_BITS),
      .DEPTH(DEPTH),
      .BLOCK_RAM(BLOCK_RAM),
      .LATE(BLOCK_RAM),
      .WEIGHTS_FILE(WEIGHTS_FILE)
  ) u_weights (
      .clk, .enable, .address, .weights
  );

  for (genvar lane = 0; lane < SIMD; lane++) begin : g_lane
    localparam int WORD = PE * WEIGHT_BITS + IN_BITS;
    logic [WORD-1:0] line[lane+1];
    for (genvar pe = 0; pe < PE; pe++) begin : g_weight
      localparam int FROM = (pe * SIMD + lane) * WEIGHT_BITS;
      assign line[0][pe*WEIGHT_BITS+:WEIGHT_BITS] = weights[FROM+:WEIGHT_BITS];
    end
    assign line[0][WORD-1-:IN_BITS] = beat[lane*IN_BITS+:IN_BITS];
    for (genvar i = 1; i <= lane; i++) begin : g_late
      always_ff @(posedge clk) if (enable) line[i] <= line[i-1];
    end
    // One more bit makes an unsigned input a signed number.
    assign values[lane] = {IN_SIGNED != 0 ? line[lane][WORD-1] : 1'b0, line[lane][WORD-1-:IN_BITS]};

    for (genvar chain = 0; chain < PE / PACK; chain++) begin : g_factor
      logic signed [WEIGHT_BITS-1:0] even;
      assign even = line[lane][PACK*chain*WEIGHT_BITS+:WEIGHT_BITS];
      if (PACK == 2) begin : g_two
        assign factors[lane][chain] = {
          line[lane][(2*chain+1)*WEIGHT_BITS+:WEIGHT_BITS], FIELD'(even)
        };
      end else begin : g_one
        assign factors[lane][chain] = even;
      end
    end
  end

  for (genvar chain = 0; chain < PE / PACK; chain++) begin : g_chain
    logic signed [CHAIN_BITS-1:0] fields;

    for (genvar lane = 0; lane < SIMD; lane++) begin : g_lane
      logic signed [PRODUCT_BITS-1:0] product;
      logic signed [CHAIN_BITS-1:0] sum, base;
      always_ff @(posedge clk) begin
        if (enable) product <= PRODUCT_BITS'(factors[lane][chain] * values[lane]);
        if (enable && (SIMD > 1 || valid[1])) sum <= base + CHAIN_BITS'(product);
      end
      if (lane > 0) begin : g_next
        assign base = g_lane[lane-1].sum;
      end else begin : g_first
        assign base = SIMD > 1 || first[1] ? BIAS : sum;
      end
    end
    assign fields = g_lane[SIMD-1].sum;

    for (genvar i = 0; i < PACK; i++) begin : g_output
      localparam bit BIASED = PACK == 2 && i == 0;
      logic signed [FIELD-1:0] sum;
      assign sum = fields[i*FIELD+:FIELD] ^ (FIELD'(BIASED) << (FIELD - 1));
      if (SIMD == 1) begin : g_done
        assign out_data[(PACK*chain+i)*OUT_BITS+:OUT_BITS] = sum;
      end else begin : g_total
        logic signed [OUT_BITS-1:0] total;
        // Dot products fit in OUT_BITS, so that what overflows on the way there comes back.
        always_ff @(posedge clk) begin
          if (enable && valid[STEPS-1]) total <= (first[STEPS-1] ? '0 : total) + OUT_BITS'(sum);
        end
        assign out_data[(PACK*chain+i)*OUT_BITS+:OUT_BITS] = total;
      end
    end
  end
endmodule
