// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Integer matrix-vector unit, see int_mvu.py. Pipeline: weights and beat, products, sums of four
// until one is left, accumulator, which is the output register. Whether a product takes a DSP
// slice or LUTs is left to synthesis; a sum of four bounds the slices it may chain in a cycle.

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
  /* verilator lint_off UNUSEDPARAM */  // used in the attribute only, which Verilator skips
`ifdef YOSYS
  localparam string STYLE = BLOCK_RAM != 0 ? "block" : "logic";
`else
  localparam string STYLE = BLOCK_RAM != 0 ? "block" : "distributed";
`endif
  /* verilator lint_on UNUSEDPARAM */
  localparam int PRODUCT_BITS = IN_BITS + WEIGHT_BITS;
  localparam int LEVELS = ($clog2(SIMD) + 1) / 2;

  logic [SIMD*IN_BITS-1:0] beat;
  logic [ADDRESS_BITS-1:0] address;
  logic [PE*SIMD*WEIGHT_BITS-1:0] weights;
  (* rom_style = STYLE *)
  logic [PE*SIMD*WEIGHT_BITS-1:0] memory[DEPTH];
  logic enable, unused;
  // Control bits beside the data: 0 with the weights, 1 with the products, then with the sums.
  logic [LEVELS+1:0] valid, first, last;

  initial if (WEIGHTS_FILE != "") $readmemh(WEIGHTS_FILE, memory);

  assign enable = !out_valid || out_ready;

  mvu_fold #(
      .FOLD_IN(FOLD_IN),
      .FOLD_OUT(FOLD_OUT),
      .WIDTH_BITS(SIMD * IN_BITS)
  ) u_fold (
      .clk, .rst_n, .enable, .in_data, .in_valid, .in_ready, .issue(unused), .address,
      .beat,
      .valid(valid[0]), .first(first[0]), .last(last[0])
  );

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      valid[LEVELS+1:1] <= '0;
      out_valid <= 1'b0;
    end else if (enable) begin
      valid[LEVELS+1:1] <= valid[LEVELS:0];
      out_valid <= valid[LEVELS+1] && last[LEVELS+1];
    end
    if (enable) begin
      weights <= memory[address];
      first[LEVELS+1:1] <= first[LEVELS:0];
      last[LEVELS+1:1] <= last[LEVELS:0];
    end
  end

  for (genvar pe = 0; pe < PE; pe++) begin : g_pe
    logic signed [OUT_BITS-1:0] total;

    for (genvar level = 0; level <= LEVELS; level++) begin : g_level
      localparam int COUNT = (SIMD + (1 << (2 * level)) - 1) >> (2 * level);
      localparam int FULL_BITS = PRODUCT_BITS + 2 * level;
      // Dot products fit in OUT_BITS, so that what overflows on the way there comes back.
      localparam int SUM_BITS = FULL_BITS < OUT_BITS ? FULL_BITS : OUT_BITS;
      logic signed [SUM_BITS-1:0] sums[COUNT];

      for (genvar i = 0; i < COUNT; i++) begin : g_sum
        logic signed [SUM_BITS-1:0] next;
        always_ff @(posedge clk) if (enable) sums[i] <= next;

        if (level == 0) begin : g_product
          // One more bit makes an unsigned input a signed number.
          logic signed [IN_BITS:0] value;
          logic signed [WEIGHT_BITS-1:0] weight;
          assign value = {
            IN_SIGNED != 0 ? beat[i*IN_BITS+IN_BITS-1] : 1'b0, beat[i*IN_BITS+:IN_BITS]
          };
          assign weight = weights[(pe*SIMD+i)*WEIGHT_BITS+:WEIGHT_BITS];
          assign next = SUM_BITS'(value * weight);
        end else begin : g_four
          localparam int BELOW = 2 * level - 2;
          localparam int TERMS = ((SIMD + (1 << BELOW) - 1) >> BELOW) - 4 * i;
          always_comb begin
            next = '0;
            for (int t = 0; t < 4 && t < TERMS; t++) begin
              next = next + SUM_BITS'(g_level[level-1].sums[4*i+t]);
            end
          end
        end
      end
    end

    always_ff @(posedge clk) begin
      if (enable && valid[LEVELS+1]) begin
        total <= (first[LEVELS+1] ? '0 : total) + OUT_BITS'(g_level[LEVELS].sums[0]);
      end
    end
    assign out_data[pe*OUT_BITS+:OUT_BITS] = total;
  end
endmodule
