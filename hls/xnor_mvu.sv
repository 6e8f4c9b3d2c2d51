// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Binary matrix-vector unit, see xnor_mvu.py. Pipeline: weights and beat, popcounts of groups of
// lanes, their sum (where there are several), accumulator, which is the output register.

module xnor_mvu #(
    parameter int CHANNELS = 1,
    parameter int OUT_CHANNELS = 1,
    parameter int OUT_BITS = 1,
    parameter int PE = 1,
    parameter int SIMD = 1,
    parameter string WEIGHTS_FILE = ""
) (
    input  logic                   clk,
    input  logic                   rst_n,
    input  logic [       SIMD-1:0] in_data,
    input  logic                   in_valid,
    output logic                   in_ready,
    output logic [PE*OUT_BITS-1:0] out_data,
    output logic                   out_valid,
    input  logic                   out_ready
);
  if (SIMD < 1 || CHANNELS % SIMD != 0) begin : g_bad_simd
    $error("xnor_mvu: SIMD must divide CHANNELS");
  end
  if (PE < 1 || OUT_CHANNELS % PE != 0) begin : g_bad_pe
    $error("xnor_mvu: PE must divide OUT_CHANNELS");
  end
  if (OUT_BITS != $clog2(CHANNELS + 1)) begin : g_bad_bits
    $error("xnor_mvu: OUT_BITS must just hold CHANNELS");
  end

  localparam int FOLD_IN = CHANNELS / SIMD;
  localparam int FOLD_OUT = OUT_CHANNELS / PE;
  localparam int DEPTH = FOLD_IN * FOLD_OUT;
  localparam int ADDRESS_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1;

  // Popcounts of at most GROUP lanes are registered: halve SIMD, less the carry bit, until it fits.
  localparam int GROUP = 31;
  localparam int STAGE = 1 + $clog2((SIMD + GROUP + 1) / (GROUP + 1));
  localparam int SUM_BITS = $clog2(SIMD + 1);

  logic [SIMD-1:0] beat;
  logic [ADDRESS_BITS-1:0] address;
  logic [PE*SIMD-1:0] weights;
  // As logic, a ROM of more than 64 words costs Yosys several LUTs a bit.
  (* rom_style = DEPTH > 64 && DEPTH * PE * SIMD > 2048 ? "block" : "auto" *)
  logic [PE*SIMD-1:0] memory[DEPTH];
  logic enable;
  // Control bits beside the data: 0 with the weights, 1 with the group counts, 2 with the sums.
  logic [2:0] valid, first, last;

  initial if (WEIGHTS_FILE != "") $readmemh(WEIGHTS_FILE, memory);

  assign enable = !out_valid || out_ready;

  mvu_fold #(
      .FOLD_IN(FOLD_IN),
      .FOLD_OUT(FOLD_OUT),
      .WIDTH_BITS(SIMD)
  ) u_fold (
      .clk, .rst_n, .enable, .in_data, .in_valid, .in_ready, .address, .beat,
      .valid(valid[0]), .first(first[0]), .last(last[0])
  );

  always_ff @(posedge clk) if (enable) weights <= memory[address];

  always_ff @(posedge clk) begin
    if (!rst_n) valid[1] <= 1'b0;
    else if (enable) valid[1] <= valid[0];
    if (enable) {first[1], last[1]} <= {first[0], last[0]};
  end

  if (STAGE > 1) begin : g_control_sum
    always_ff @(posedge clk) begin
      if (!rst_n) valid[2] <= 1'b0;
      else if (enable) valid[2] <= valid[1];
      if (enable) {first[2], last[2]} <= {first[1], last[1]};
    end
  end else begin : g_control_same
    assign {valid[2], first[2], last[2]} = {valid[1], first[1], last[1]};
  end

  always_ff @(posedge clk) begin
    if (!rst_n) out_valid <= 1'b0;
    else if (enable) out_valid <= valid[2] && last[2];
  end

  for (genvar pe = 0; pe < PE; pe++) begin : g_pe
    logic [SUM_BITS-1:0] count, sum;
    logic [OUT_BITS-1:0] total;

    popcount #(.SIZE(SIMD), .STAGE(STAGE)) u_popcount (
        .clk, .enable, .bits(~(beat ^ weights[pe*SIMD+:SIMD])), .count(count)
    );
    if (STAGE > 1) begin : g_sum
      always_ff @(posedge clk) if (enable) sum <= count;
    end else begin : g_same
      assign sum = count;
    end

    always_ff @(posedge clk) begin
      if (enable && valid[2]) total <= (first[2] ? '0 : total) + OUT_BITS'(sum);
    end
    assign out_data[pe*OUT_BITS+:OUT_BITS] = total;
  end
endmodule
