// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Landmark decoder, see landmark_decode.py. Two steps take heatmaps in, a beat a cycle: a beat
// comes in while what is known of its channels, and the values above, are read; then each channel's
// peak is brought up to date. Its left and upper neighbours are known when it comes, and are kept
// until the right and the lower one come by, one pixel and one row later.
//
// The last pixel completes the peaks; they go through a queue as long as a frame's, from which they
// leave one landmark a beat while the next frame comes in.

module landmark_decode #(
    parameter int HEIGHT = 1,
    parameter int WIDTH = 1,
    parameter int CHANNELS = 1,
    parameter int BITS = 8,
    parameter int SIGNED = 1,
    parameter int OUT_BITS = 8,
    parameter int LANES = 1
) (
    input  logic                  clk,
    input  logic                  rst_n,
    input  logic [LANES*BITS-1:0] in_data,
    input  logic                  in_valid,
    output logic                  in_ready,
    output logic [3*OUT_BITS-1:0] out_data,
    output logic                  out_valid,
    input  logic                  out_ready
);
  localparam int FOLDS = CHANNELS / LANES;
  localparam int LARGEST = 4 * ((WIDTH > HEIGHT ? WIDTH : HEIGHT) - 1);  // quarter pixels

  if (LANES < 1 || CHANNELS % LANES != 0) begin : g_bad_lanes
    $error("landmark_decode: LANES must divide CHANNELS");
  end
  if (OUT_BITS < BITS || OUT_BITS < $clog2(LARGEST + 1) + (SIGNED != 0 ? 1 : 0)) begin : g_bad_bits
    $error("landmark_decode: OUT_BITS must hold scores and coordinates");
  end

  localparam logic [BITS-1:0] FLIP = BITS'(SIGNED != 0) << (BITS - 1);
  localparam int FOLD_BITS = FOLDS > 1 ? $clog2(FOLDS) : 1;
  localparam int X_BITS = WIDTH > 1 ? $clog2(WIDTH) : 1;
  localparam int Y_BITS = HEIGHT > 1 ? $clog2(HEIGHT) : 1;
  localparam int LINE = WIDTH * FOLDS;
  localparam int LINE_BITS = LINE > 1 ? $clog2(LINE) : 1;
  // Three words cover the way from a word that leaves the queue to the one that takes its place.
  localparam int QUEUE = FOLDS > 3 ? FOLDS : 3;
  localparam int QUEUE_BITS = $clog2(QUEUE);
  localparam int COUNT_BITS = $clog2(QUEUE + 1);
  localparam int LANE_BITS = LANES > 1 ? $clog2(LANES) : 1;

  typedef struct packed {
    logic [BITS-1:0] score;
    logic [X_BITS-1:0] x;
    logic [Y_BITS-1:0] y;
    logic signed [1:0] step_x, step_y;  // towards the larger neighbour
  } peak_t;
  typedef struct packed {
    peak_t peak;
    logic fresh;  // the peak is the pixel before
    logic [BITS-1:0] one_back, two_back;  // the two pixels before
    logic [BITS-1:0] above;  // the pixel above the peak
  } state_t;

  // Position of the next beat.
  logic [FOLD_BITS-1:0] fold;
  logic [X_BITS-1:0] column;
  logic [Y_BITS-1:0] row;
  logic [LINE_BITS-1:0] place;
  logic fold_end, line_end, frame_end, accept;
  assign fold_end = fold == FOLD_BITS'(FOLDS - 1);
  assign line_end = column == X_BITS'(WIDTH - 1);
  assign frame_end = row == Y_BITS'(HEIGHT - 1);

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      fold <= '0;
      column <= '0;
      row <= '0;
      place <= '0;
    end else if (accept) begin
      fold <= fold_end ? '0 : fold + 1'b1;
      place <= fold_end && line_end ? '0 : place + 1'b1;
      if (fold_end) column <= line_end ? '0 : column + 1'b1;
      if (fold_end && line_end) row <= frame_end ? '0 : row + 1'b1;
    end
  end

  // A beat of the last pixel comes in once there is room for the peaks that it completes.
  logic [COUNT_BITS-1:0] room, waiting;
  logic last_pixel, reserve, write, read;
  assign last_pixel = line_end && frame_end;
  assign in_ready = !last_pixel || room != '0;
  assign accept = in_valid && in_ready;
  assign reserve = accept && last_pixel;

  // First step: the beat and its position, held for the second.
  logic [LANES*BITS-1:0] beat, above;
  logic [X_BITS-1:0] x;
  logic [Y_BITS-1:0] y, y_above;
  logic held, first, has_left, has_upper, completes;
  always_ff @(posedge clk) begin
    if (!rst_n) held <= 1'b0;
    else held <= accept;
    if (accept) begin
      // With the sign bit flipped, signed values order as unsigned ones.
      for (int lane = 0; lane < LANES; lane++)
        beat[lane*BITS+:BITS] <= in_data[lane*BITS+:BITS] ^ FLIP;
      x <= column;
      y <= row;
      y_above <= row - 1'b1;
      first <= column == '0 && row == '0;
      has_left <= 32'(column) >= 2;
      has_upper <= 32'(row) >= 2;
      completes <= last_pixel;
    end
  end

  // Second step: nothing holds it up, so that what it writes is there when it is read again.
  state_t [LANES-1:0] states, updated;
  peak_t [LANES-1:0] peaks;
  for (genvar lane = 0; lane < LANES; lane++) begin : g_lane
    logic [BITS-1:0] value;
    logic larger, right, below;
    state_t state;
    assign value = beat[lane*BITS+:BITS];
    assign state = states[lane];
    assign larger = first || value > state.peak.score;
    assign right = state.fresh && has_left;
    assign below = has_upper && state.peak.x == x && state.peak.y == y_above;
    always_comb begin
      updated[lane] = state;
      updated[lane].fresh = larger;
      updated[lane].one_back = value;
      updated[lane].two_back = state.one_back;
      if (larger) begin
        updated[lane].peak = '{score: value, x: x, y: y, step_x: '0, step_y: '0};
        updated[lane].above = above[lane*BITS+:BITS];
      end else begin
        if (right) updated[lane].peak.step_x = step(state.two_back, value);
        if (below) updated[lane].peak.step_y = step(state.above, value);
      end
    end
    assign peaks[lane] = updated[lane].peak;
  end

  // What is known of each channel; with one beat a pixel a register, as the next beat needs it.
  if (FOLDS == 1) begin : g_state
    always_ff @(posedge clk) if (held) states <= updated;
  end else begin : g_states
    /* verilator lint_off UNUSEDPARAM */  // used in the attribute only, which Verilator skips
    localparam bit SMALL = FOLDS <= 128 || FOLDS * $bits(states) <= 4096;
    /* verilator lint_on UNUSEDPARAM */
    (* no_rw_check, ram_style = SMALL ? "distributed" : "block" *)
    logic [$bits(states)-1:0] memory[FOLDS];
    logic [FOLD_BITS-1:0] write_to;
    always_ff @(posedge clk) begin
      if (accept) write_to <= fold;
      if (accept) states <= memory[fold];
      if (held) memory[write_to] <= updated;
    end
  end

  // The row above.
  if (LINE == 1) begin : g_pixel
    always_ff @(posedge clk) if (held) above <= beat;
  end else begin : g_line
    /* verilator lint_off UNUSEDPARAM */
    localparam bit SMALL = LINE <= 128 || LINE * LANES * BITS <= 4096;
    /* verilator lint_on UNUSEDPARAM */
    (* no_rw_check, ram_style = SMALL ? "distributed" : "block" *)
    logic [LANES*BITS-1:0] memory[LINE];
    logic [LINE_BITS-1:0] write_to;
    always_ff @(posedge clk) begin
      if (accept) write_to <= place;
      if (accept) above <= memory[place];
      if (held) memory[write_to] <= beat;
    end
  end

  // The queue of complete peaks, and the word of it whose landmarks are leaving.
  /* verilator lint_off UNUSEDPARAM */
  localparam bit SMALL_QUEUE = QUEUE <= 128 || QUEUE * $bits(peaks) <= 4096;
  /* verilator lint_on UNUSEDPARAM */
  (* no_rw_check, ram_style = SMALL_QUEUE ? "distributed" : "block" *)
  logic [$bits(peaks)-1:0] queue[QUEUE];
  logic [QUEUE_BITS-1:0] write_at, read_at;
  peak_t [LANES-1:0] leaving;
  logic [LANE_BITS-1:0] lane_out;
  logic any_leaving, send, word_end;
  assign write = held && completes;
  assign send = any_leaving && (!out_valid || out_ready);
  assign word_end = lane_out == LANE_BITS'(LANES - 1);
  assign read = waiting != '0 && (!any_leaving || (send && word_end));

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      room <= COUNT_BITS'(QUEUE);
      waiting <= '0;
      write_at <= '0;
      read_at <= '0;
      any_leaving <= 1'b0;
      lane_out <= '0;
      out_valid <= 1'b0;
    end else begin
      if (reserve != read) room <= read ? room + 1'b1 : room - 1'b1;
      if (write != read) waiting <= write ? waiting + 1'b1 : waiting - 1'b1;
      if (write) write_at <= write_at == QUEUE_BITS'(QUEUE - 1) ? '0 : write_at + 1'b1;
      if (read) read_at <= read_at == QUEUE_BITS'(QUEUE - 1) ? '0 : read_at + 1'b1;
      if (read) any_leaving <= 1'b1;
      else if (send && word_end) any_leaving <= 1'b0;
      if (send) lane_out <= word_end ? '0 : lane_out + 1'b1;
      if (send) out_valid <= 1'b1;
      else if (out_ready) out_valid <= 1'b0;
    end
    if (write) queue[write_at] <= peaks;
    if (read) leaving <= queue[read_at];
  end

  peak_t chosen;
  assign chosen = leaving[lane_out];
  always_ff @(posedge clk)
    if (send)
      out_data <= {
        score_of(chosen.score),
        OUT_BITS'({chosen.y, 2'b0}) + OUT_BITS'(chosen.step_y),
        OUT_BITS'({chosen.x, 2'b0}) + OUT_BITS'(chosen.step_x)
      };

  function automatic logic signed [1:0] step(input logic [BITS-1:0] behind, ahead);
    return {ahead < behind, ahead != behind};
  endfunction

  function automatic logic [OUT_BITS-1:0] score_of(input logic [BITS-1:0] flipped);
    if (SIGNED != 0) return OUT_BITS'(signed'(flipped ^ FLIP));
    return OUT_BITS'(flipped);
  endfunction
endmodule
