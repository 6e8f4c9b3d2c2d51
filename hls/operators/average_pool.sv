// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Average pooling, see average_pool.py: the sum so far of a window and a beat; the highest bits of
// the last sum are the mean, rounded down.

module average_pool #(
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
    $error("average_pool: LANES must divide CHANNELS");
  end
  if (SIZE < 2 || SIZE > HEIGHT || SIZE > WIDTH) begin : g_bad_size
    $error("average_pool: SIZE must be at least 2 and fit in HEIGHT x WIDTH");
  end
  if ((SIZE & (SIZE - 1)) != 0) begin : g_bad_shift
    $error("average_pool: SIZE must be a power of two");
  end

  localparam int SUM_BITS = BITS + 2 * $clog2(SIZE);

  logic [LANES*BITS-1:0] beat;
  logic [LANES*SUM_BITS-1:0] so_far, sum;
  logic first;

  pool_buffer #(
      .HEIGHT(HEIGHT),
      .WIDTH(WIDTH),
      .FOLDS(CHANNELS / LANES),
      .SIZE(SIZE),
      .IN_BITS(LANES * BITS),
      .RESULT_BITS(LANES * SUM_BITS)
  ) u_buffer (
      .clk, .rst_n, .in_data, .in_valid, .in_ready, .beat, .so_far, .first,
      .result(sum), .out_valid, .out_ready
  );

  for (genvar lane = 0; lane < LANES; lane++) begin : g_lane
    logic [BITS-1:0] value;
    logic [SUM_BITS-1:0] wide, others, total;
    assign value = beat[lane*BITS+:BITS];
    assign wide = {{SUM_BITS - BITS{SIGNED != 0 && value[BITS-1]}}, value};
    assign others = first ? '0 : so_far[lane*SUM_BITS+:SUM_BITS];
    assign total = wide + others;
    assign sum[lane*SUM_BITS+:SUM_BITS] = total;
    assign out_data[lane*BITS+:BITS] = total[SUM_BITS-1-:BITS];
  end
endmodule
