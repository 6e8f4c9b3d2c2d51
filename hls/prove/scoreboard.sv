// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Compares what leaves an operator with what went in, in units of UNIT_BITS: one unit, in a beat
// and at a place that the solver chooses, is followed by counting those ahead of it. As every unit
// may be the one, none is lost, doubled, changed or overtaken.
//
// `turn` says that the next output beat comes from this input. What suffices for an output beat
// must be offered at once, or LATENCY (at most 3) cycles after the operator took it.

module scoreboard #(
    parameter int UNIT_BITS = 1,
    parameter int IN_UNITS = 1,
    parameter int OUT_UNITS = 1,
    parameter int CAPACITY = 1,
    parameter int LATENCY = 0
) (
    input logic                           clk,
    input logic                           rst_n,
    input logic [ IN_UNITS*UNIT_BITS-1:0] in_data,
    input logic                           arrives,
    input logic                           stalled,
    input logic                           turn,
    input logic [OUT_UNITS*UNIT_BITS-1:0] out_data,
    input logic                           out_valid,
    input logic                           out_ready,
    input logic                           watch,
    input logic [                    7:0] pick
);
  if (LATENCY > 3) begin : g_bad_latency
    $error("scoreboard: LATENCY must be at most 3");
  end
  localparam int COUNT_BITS = $clog2(CAPACITY + IN_UNITS + 1) + 1;
  typedef logic [COUNT_BITS-1:0] count_t;
  localparam count_t IN = count_t'(IN_UNITS);
  localparam count_t OUT = count_t'(OUT_UNITS);

  // Units that arrived and have not left, and of these those ahead of the followed one: before
  // this cycle, and with what arrives in it. The operator has `taken` of them: `taken_before` are
  // those that it had a cycle ago, too, `taken_long` two cycles ago, `due` those that it took
  // LATENCY cycles ago or earlier.
  count_t fill, fill_now, taken, taken_before, taken_long, due, ahead, ahead_now, place;
  logic [UNIT_BITS-1:0] value, value_now, found, kept;
  logic following, following_now, leaves;

  assign fill_now = fill + (arrives ? IN : '0);
  assign taken = fill - (stalled ? IN : '0);
  assign due = LATENCY == 0 ? fill_now : LATENCY == 1 ? taken : LATENCY == 2 ? taken_before
                                                                             : taken_long;
  assign following_now = following || (arrives && watch && pick < 8'(IN_UNITS));
  assign ahead_now = following ? ahead : fill + count_t'(pick);
  assign value_now = following ? value : in_data[32'(pick)*UNIT_BITS+:UNIT_BITS];
  assign leaves = turn && out_valid && out_ready;
  assign found = out_data[32'(ahead_now)*UNIT_BITS+:UNIT_BITS];
  assign place = ahead + IN - fill;
  assign kept = in_data[32'(place)*UNIT_BITS+:UNIT_BITS];

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      fill <= '0;
      taken_before <= '0;
      taken_long <= '0;
      following <= 1'b0;
    end else begin
      fill <= leaves ? fill_now - OUT : fill_now;
      taken_before <= leaves ? taken - OUT : taken;
      taken_long <= leaves ? taken_before - OUT : taken_before;
      following <= following_now && !(leaves && ahead_now < OUT);
    end
    ahead <= leaves ? ahead_now - OUT : ahead_now;
    value <= value_now;
  end

  always_comb begin
    if (rst_n) begin
      bounded : assert (fill_now <= count_t'(CAPACITY));
      if (turn && out_valid) begin
        none_invented : assert (fill_now >= OUT);
        if (following_now && ahead_now < OUT) in_order : assert (found == value_now);
      end
      if (turn && due >= OUT) prompt : assert (out_valid);
      // Lemmas for the induction: what is followed is in flight, an offered beat the youngest.
      if (following) lemma_in_flight : assert (ahead < fill);
      if (following && stalled && place < IN) lemma_offered : assert (kept == value);
      leaves_at_once : cover (leaves && following_now && ahead_now < OUT && arrives);
      leaves_late : cover (leaves && following && ahead < OUT);
    end
  end
endmodule
