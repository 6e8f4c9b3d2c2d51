// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Properties of fifo.sv: holds exactly DEPTH beats, in order; none is lost or doubled, and each is
// offered LATENCY cycles after it was taken, once those ahead have left: no sooner and no later.

module fifo_formal #(
    parameter int WIDTH_BITS = 1,
    parameter int DEPTH = 2,
    parameter int RING = 1,
    parameter int ULTRA_RAM = 0,
    parameter int LATENCY = 1
) (
    input logic                  clk,
    input logic                  rst_n,
    input logic [WIDTH_BITS-1:0] in_data,
    input logic                  in_valid,
    input logic                  out_ready,
    input logic                  watch
);
  localparam int BLOCK = LATENCY > 2 ? 1 : 0;
  localparam int PLACES = DEPTH - 1 - BLOCK;
  logic [WIDTH_BITS-1:0] out_data;
  logic in_ready, out_valid, arrives, stalled;
  logic full;
  int unsigned stored, latched;

  fifo #(.WIDTH_BITS(WIDTH_BITS), .DEPTH(DEPTH), .RING(RING), .ULTRA_RAM(ULTRA_RAM)) dut (.*);
  stream_properties #(.WIDTH_BITS(WIDTH_BITS), .GIVEN(1)) given (
      .clk, .rst_n, .data(in_data), .valid(in_valid), .ready(in_ready), .arrives, .stalled
  );
  stream_properties #(.WIDTH_BITS(WIDTH_BITS)) out (
      .clk, .rst_n, .data(out_data), .valid(out_valid), .ready(out_ready), .arrives(), .stalled()
  );
  scoreboard #(
      .UNIT_BITS(WIDTH_BITS), .CAPACITY(DEPTH + 1), .LATENCY(LATENCY)
  ) score (
      .clk, .rst_n, .in_data, .arrives, .stalled, .turn(1'b1), .out_data, .out_valid, .out_ready,
      .watch, .pick(8'd0)
  );

  assign full = 32'(score.taken) == DEPTH;

  always_comb if (rst_n) exact_latency : assert (out_valid == (score.due != '0));

  if (DEPTH == 0) begin : g_wires
    assign stored = 0;
    assign latched = 0;
    always_comb begin
      if (rst_n) begin
        lemma_same : assert (32'(score.fill) == 32'(stalled));
        willing : assert (in_ready == out_ready);
      end
    end
  end else begin : g_fifo
    assign stored = 32'(dut.g_fifo.stored);
    assign latched = 32'(dut.g_fifo.latched);
    always_comb begin
      if (rst_n) begin
        exact_depth : assert (in_ready == !full);
        emptied : cover (score.following && score.fill == 1 && out_ready);
        // Lemmas for the induction.
        lemma_count : assert (32'(score.fill) == stored + latched + 32'(out_valid) + 32'(stalled));
        lemma_most : assert (stored <= PLACES);
        lemma_oldest_out : assert (out_valid || stored == 0 || PLACES > 1 && stored == 1);
        if (BLOCK != 0) begin
          lemma_next_latched : assert (latched != 0 || stored <= 1);
          lemma_on_its_way : assert ((latched + 32'(out_valid) != 0) == (score.taken_before != 0));
        end
      end
    end
  end

  // A deep one takes the solver too many cycles to fill.
  if (DEPTH <= 8) begin : g_fills
    always_comb if (rst_n) refused : cover (full && in_valid);
  end

  if (PLACES == 1) begin : g_register
    always_comb begin
      if (rst_n && score.following && score.ahead == 1 && stored > 0) begin
        lemma_stored : assert (dut.g_fifo.g_register.oldest == score.value);
      end
    end
  end else if (PLACES > 1) begin : g_ram
    localparam int ADDRESS_BITS = $clog2(RING);

    function automatic logic [ADDRESS_BITS-1:0] wrapped(int unsigned place);
      return ADDRESS_BITS'(place >= RING ? place - RING : place);
    endfunction

    int unsigned read_at, write_at, ahead;
    logic [WIDTH_BITS-1:0] followed;
    assign read_at = 32'(dut.g_fifo.g_ram.read_at);
    assign write_at = 32'(dut.g_fifo.g_ram.write_at);
    // Beats in the RAM ahead of the followed one: the output register's and the latch's are ahead
    // of them all.
    assign ahead = 32'(score.ahead) - 32'(out_valid) - latched;
    assign followed = dut.g_fifo.g_ram.memory[wrapped(read_at + ahead)];

    always_comb begin
      if (rst_n) begin
        // Beyond its last word the solver's RAM has more.
        in_range : assert (read_at < RING && write_at < RING);
        // What a RAM returns of a word that is read and written at once, nobody knows.
        if (dut.g_fifo.read && dut.g_fifo.write) no_collision : assert (read_at != write_at);
        at_once : cover (dut.g_fifo.read && dut.g_fifo.write && stored == 1);
        lemma_distance : assert (write_at == 32'(wrapped(read_at + stored)));
        if (score.following && ahead < stored) lemma_stored : assert (followed == score.value);
      end
    end

    if (BLOCK != 0) begin : g_latch
      always_comb begin
        if (rst_n && score.following && latched != 0 && 32'(score.ahead) == 32'(out_valid)) begin
          lemma_latch : assert (dut.g_fifo.g_ram.g_latch.word == score.value);
        end
      end
    end
  end
endmodule
