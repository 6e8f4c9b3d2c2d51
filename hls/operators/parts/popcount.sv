// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Number of ones among SIZE bits: the counts of two halves and one bit more meet in a carry chain
// whose carry input that bit takes, SIZE - log2(SIZE) full adders in all.
//
// STAGE 0 is combinational, STAGE 1 registers the count, STAGE n > 1 adds the counts of two parts
// of STAGE n - 1 (so that the registers lie n - 1 additions before the output).

module popcount #(
    parameter int SIZE = 1,
    parameter int STAGE = 0,
    localparam int COUNT_BITS = $clog2(SIZE + 1)
) (
    input  logic                  clk,
    input  logic                  enable,
    input  logic [      SIZE-1:0] bits,
    output logic [COUNT_BITS-1:0] count
);
  logic [COUNT_BITS-1:0] total;

  if (SIZE == 1) begin : g_one
    assign total = bits;
  end else if (SIZE == 2) begin : g_two
    assign total = {&bits, ^bits};
  end else if (SIZE == 3) begin : g_three
    assign total = {(bits[0] & bits[1]) | (bits[2] & (bits[0] ^ bits[1])), ^bits};
  end else begin : g_split
    localparam int HIGH = (SIZE - 1) / 2;
    localparam int LOW = SIZE - 1 - HIGH;
    localparam int PARTS = STAGE > 1 ? STAGE - 1 : 0;
    logic [$clog2(HIGH+1)-1:0] high;
    logic [$clog2(LOW+1)-1:0] low;
    logic carry, unused;

    popcount #(.SIZE(HIGH), .STAGE(PARTS)) u_high (
        .clk, .enable, .bits(bits[HIGH-1:0]), .count(high)
    );
    popcount #(.SIZE(LOW), .STAGE(PARTS)) u_low (
        .clk, .enable, .bits(bits[SIZE-2:HIGH]), .count(low)
    );
    if (STAGE > 1) begin : g_carry_register
      always_ff @(posedge clk) if (enable) carry <= bits[SIZE-1];
    end else begin : g_carry
      assign carry = bits[SIZE-1];
    end
    // 1 + carry in a column of their own: the carry input of the chain, without a second adder.
    assign {total, unused} = {COUNT_BITS'(high), 1'b1} + {COUNT_BITS'(low), carry};
  end

  if (STAGE == 1) begin : g_register
    always_ff @(posedge clk) if (enable) count <= total;
  end else begin : g_through
    assign count = total;
    if (STAGE == 0) begin : g_no_clock
      logic unused_clock;
      assign unused_clock = &{clk, enable};
    end
  end
endmodule
