// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Properties of fifo.sv: holds exactly DEPTH beats, in order; none is lost or doubled.

module fifo_formal #(
    parameter int WIDTH_BITS = 1,
    parameter int DEPTH = 2
) (
    input logic                  clk,
    input logic                  rst_n,
    input logic [WIDTH_BITS-1:0] in_data,
    input logic                  in_valid,
    input logic                  out_ready,
    input logic                  watch
);
  localparam int PLACES = DEPTH - 1;
  logic [WIDTH_BITS-1:0] out_data;
  logic in_ready, out_valid, arrives, stalled;
  logic full;
  int unsigned stored;

  fifo #(.WIDTH_BITS(WIDTH_BITS), .DEPTH(DEPTH)) dut (.*);
  stream_properties #(.WIDTH_BITS(WIDTH_BITS), .GIVEN(1)) given (
      .clk, .rst_n, .data(in_data), .valid(in_valid), .ready(in_ready), .arrives, .stalled
  );
  stream_properties #(.WIDTH_BITS(WIDTH_BITS)) out (
      .clk, .rst_n, .data(out_data), .valid(out_valid), .ready(out_ready), .arrives(), .stalled()
  );
  scoreboard #(
      .UNIT_BITS(WIDTH_BITS), .CAPACITY(DEPTH + 1), .REGISTERED(DEPTH > 0)
  ) score (
      .clk, .rst_n, .in_data, .arrives, .stalled, .turn(1'b1), .out_data, .out_valid, .out_ready,
      .watch, .pick(8'd0)
  );

  // A beat that was offered before and not taken is in flight, but not in the FIFO.
  assign full = 32'(score.fill) - 32'(stalled) == DEPTH;

  if (DEPTH == 0) begin : g_wires
    assign stored = 0;
    always_comb begin
      if (rst_n) begin
        lemma_same : assert (32'(score.fill) == 32'(stalled));
        willing : assert (in_ready == out_ready);
      end
    end
  end else begin : g_fifo
    assign stored = 32'(dut.g_fifo.stored);
    always_comb begin
      if (rst_n) begin
        exact_depth : assert (in_ready == !full);
        emptied : cover (score.following && score.fill == 1 && out_ready);
        // Lemmas for the induction.
        lemma_count : assert (32'(score.fill) == stored + 32'(out_valid) + 32'(stalled));
        lemma_most : assert (stored <= PLACES);
        lemma_oldest_out : assert (out_valid || stored == 0);
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
        lemma_stored : assert (dut.g_fifo.oldest == score.value);
      end
    end
  end else if (PLACES > 1) begin : g_ram
    localparam int ADDRESS_BITS = $clog2(PLACES);

    function automatic logic [ADDRESS_BITS-1:0] wrapped(int unsigned place);
      return ADDRESS_BITS'(place >= PLACES ? place - PLACES : place);
    endfunction

    int unsigned read_at, read_next, write_at;
    logic [ADDRESS_BITS-1:0] followed_at;
    logic [WIDTH_BITS-1:0] followed;
    assign read_at = 32'(dut.g_fifo.g_ram.read_at);
    assign read_next = 32'(dut.g_fifo.g_ram.read_next);
    assign write_at = 32'(dut.g_fifo.g_ram.write_at);
    assign followed_at = wrapped(read_at + 32'(score.ahead) - 1);
    assign followed = dut.g_fifo.g_ram.memory[followed_at];

    always_comb begin
      if (rst_n) begin
        // A RAM may return anything while a place is read and written: such a word is not used.
        if (dut.g_fifo.write && read_at == write_at) no_collision : assert (stored == 0);
        if (dut.g_fifo.write && read_next == write_at) begin
          no_collision_ahead : assert (stored == 32'(dut.g_fifo.read));
        end
        lemma_in_range : assert (read_at < PLACES && write_at < PLACES);
        lemma_distance : assert (write_at == 32'(wrapped(read_at + stored)));
        if (score.following && score.ahead > 0 && 32'(score.ahead) <= stored) begin
          lemma_stored_kept : assert (followed == score.value);
          if (score.ahead == 1) lemma_next_out : assert (dut.g_fifo.oldest == score.value);
        end
      end
    end
  end
endmodule
