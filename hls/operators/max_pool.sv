// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Max pooling, see max_pool.py: the larger of a beat and the maximum so far of its window.

module max_pool #(
    parameter int HEIGHT = 2,
    parameter int WIDTH = 2,
    parameter int CHANNELS = 1,
    parameter int BITS = 1,
    parameter int SIGNED = 0,
    parameter int SIZE = 2,
    parameter int LANES = 1
) (
    input  logic                  clk,
    input  logic                  rst_n,
    input  logic [LANES*BITS-1:0] in_data,
    input  logic                  in_valid,
    output logic                  in_ready,
    output logic [LANES*BITS-1:0] out_data,
    output logic                  out_valid,
    input  logic                  out_ready
);

  if (LANES < 1 || CHANNELS % LANES != 0) begin : g_bad_lanes
    $error("max_pool: LANES must divide CHANNELS");
  end
  if (SIZE < 2 || SIZE > HEIGHT || SIZE > WIDTH) begin : g_bad_size
    $error("max_pool: SIZE must be at least 2 and fit in HEIGHT x WIDTH");
  end

  logic [LANES*BITS-1:0] beat, so_far;
  logic first;

  pool_buffer #(
      .HEIGHT(HEIGHT),
      .WIDTH(WIDTH),
      .FOLDS(CHANNELS / LANES),
      .SIZE(SIZE),
      .IN_BITS(LANES * BITS),
      .RESULT_BITS(LANES * BITS)
  ) u_buffer (
      .clk, .rst_n, .in_data, .in_valid, .in_ready, .beat, .so_far, .first,
      .result(out_data), .out_valid, .out_ready
  );

  for (genvar lane = 0; lane < LANES; lane++) begin : g_lane
    logic [BITS-1:0] a, b;
    logic larger;
    assign a = beat[lane*BITS+:BITS];
    assign b = so_far[lane*BITS+:BITS];
    if (SIGNED != 0) begin : g_signed
      assign larger = $signed(a) > $signed(b);
    end else begin : g_unsigned
      assign larger = a > b;
    end
    assign out_data[lane*BITS+:BITS] = (first || larger) ? a : b;
  end
endmodule
