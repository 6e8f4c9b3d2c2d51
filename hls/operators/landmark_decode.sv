// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Landmark decoder, see landmark_decode.py. Three stages process a beat per cycle: a cell's weight;
// the weight times the cell's place, while what is known of its channel is read; then that is
// brought up to date.
//
// The last cell completes peaks and sums. They go through a queue as long as a frame's to a divider
// that gives a bit per cycle, first of x, then of y, while the next frame comes in.

module landmark_decode #(
    parameter int HEIGHT = 1,
    parameter int WIDTH = 1,
    parameter int CHANNELS = 1,
    parameter int BITS = 8,
    parameter int SIGNED = 1,
    parameter int FLOOR = 0,
    parameter int SHIFT = 0,
    parameter int REACH = 4,
    parameter int STEPS = 64,
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
  localparam int SIDE = WIDTH > HEIGHT ? WIDTH : HEIGHT;
  localparam int FRACTION = $clog2(STEPS);

  if (LANES < 1 || CHANNELS % LANES != 0) begin : g_bad_lanes
    $error("landmark_decode: LANES must divide CHANNELS");
  end
  if (STEPS != 1 << FRACTION) begin : g_bad_steps
    $error("landmark_decode: STEPS must be a power of two");
  end
  if (SHIFT < 0 || SHIFT > 24) begin : g_bad_shift
    $error("landmark_decode: SHIFT must be 0 to 24");
  end
  if (OUT_BITS < BITS || OUT_BITS < $clog2(STEPS * (SIDE - 1) + 1) + (SIGNED != 0 ? 1 : 0))
  begin : g_bad_bits
    $error("landmark_decode: OUT_BITS must hold scores and coordinates");
  end

  // With the sign bit flipped, signed values order as unsigned ones.
  localparam logic [BITS-1:0] FLIP = BITS'(SIGNED != 0) << (BITS - 1);
  localparam int FOLD_BITS = FOLDS > 1 ? $clog2(FOLDS) : 1;
  localparam int COUNT_BITS = $clog2(FOLDS + 1);
  localparam int LANE_BITS = LANES > 1 ? $clog2(LANES) : 1;
  localparam int X_BITS = WIDTH > 1 ? $clog2(WIDTH) : 1;
  localparam int Y_BITS = HEIGHT > 1 ? $clog2(HEIGHT) : 1;
  localparam int SIDE_BITS = X_BITS > Y_BITS ? X_BITS : Y_BITS;

  // round(2 ** (i / 8)), from the eighth roots in 16 bits of fraction.
  localparam int WEIGHT_BITS = 8;
  localparam int ROOTS[8] = '{65536, 71468, 77936, 84990, 92682, 101070, 110218, 120194};
  function automatic logic [63:0][WEIGHT_BITS-1:0] weights();
    for (int i = 0; i < 64; i++)
      weights[i] = WEIGHT_BITS'(((ROOTS[i%8] << (i / 8)) + (1 << 15)) >> 16);
  endfunction
  localparam logic [63:0][WEIGHT_BITS-1:0] WEIGHTS = weights();

  // All cells may count. Sums of places get the bits of the larger one.
  localparam longint LARGEST_TOTAL = longint'(WEIGHTS[63]) * HEIGHT * WIDTH;
  localparam int TOTAL_BITS = $clog2(LARGEST_TOTAL + 1);
  localparam longint ENDS = longint'(SIDE);
  localparam int NEEDED_BITS = $clog2(LARGEST_TOTAL * (ENDS - 1) / 2 + 2 * ENDS);
  localparam int PRODUCT_BITS = SIDE_BITS + WEIGHT_BITS;
  localparam int SUM_BITS = NEEDED_BITS > PRODUCT_BITS ? NEEDED_BITS : PRODUCT_BITS;

  typedef struct packed {
    logic [BITS-1:0] score;
    logic [TOTAL_BITS-1:0] total;
    logic [SUM_BITS-1:0] sum_x, sum_y;
  } sums_t;
  typedef struct packed {
    sums_t sums;
    logic [X_BITS-1:0] x;
    logic [Y_BITS-1:0] y;
  } state_t;
  typedef struct packed {
    logic [FOLD_BITS-1:0] fold;
    logic [X_BITS-1:0] x;
    logic [Y_BITS-1:0] y;
    logic first, last;  // cell of the frame
  } place_t;

  // Place of the next beat.
  logic [FOLD_BITS-1:0] fold;
  logic [X_BITS-1:0] column;
  logic [Y_BITS-1:0] row;
  logic fold_end, line_end, frame_end, accept;
  assign fold_end = fold == FOLD_BITS'(FOLDS - 1);
  assign line_end = column == X_BITS'(WIDTH - 1);
  assign frame_end = row == Y_BITS'(HEIGHT - 1);

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      fold <= '0;
      column <= '0;
      row <= '0;
    end else if (accept) begin
      fold <= fold_end ? '0 : fold + 1'b1;
      if (fold_end) column <= line_end ? '0 : column + 1'b1;
      if (fold_end && line_end) row <= frame_end ? '0 : row + 1'b1;
    end
  end

  // A beat of the last cell comes in once there is room for the sums that it completes.
  logic [COUNT_BITS-1:0] room, waiting;
  logic last_cell, reserve, write, read;
  assign last_cell = line_end && frame_end;
  assign in_ready = !last_cell || room != '0;
  assign accept = in_valid && in_ready;
  assign reserve = accept && last_cell;

  // The steps; nothing holds them up, so that what the last writes is there when it is read again.
  logic [3:1] valid;
  place_t [3:1] place;
  always_ff @(posedge clk) begin
    if (!rst_n) valid <= '0;
    else valid <= {valid[2:1], accept};
    place[1] <= '{fold: fold, x: column, y: row, first: column == '0 && row == '0, last: last_cell};
    place[3:2] <= place[2:1];
  end

  state_t [LANES-1:0] states, updated;
  sums_t [LANES-1:0] complete;
  for (genvar lane = 0; lane < LANES; lane++) begin : g_lane
    logic [3:1][BITS-1:0] value;
    logic [3:2][WEIGHT_BITS-1:0] weight;
    logic [PRODUCT_BITS-1:0] weight_x, weight_y;
    always_ff @(posedge clk) begin
      value <= {value[2:1], in_data[lane*BITS+:BITS] ^ FLIP};
      weight <= {weight[2], weight_of(value[1])};
      weight_x <= times(weight[2], SIDE_BITS'(place[2].x));
      weight_y <= times(weight[2], SIDE_BITS'(place[2].y));
    end

    state_t state;
    logic [X_BITS-1:0] columns;
    logic [Y_BITS-1:0] rows;
    logic larger, near, again, counts, empty;
    assign state = states[lane];
    assign larger = place[3].first || value[3] > state.sums.score;
    // From the peak, which is in this row or one above.
    assign columns = place[3].x > state.x ? place[3].x - state.x : state.x - place[3].x;
    assign rows = place[3].y - state.y;
    assign near = !place[3].first && 32'(columns) <= REACH && 32'(rows) <= REACH;
    assign again = larger && !near;
    assign counts = larger || near;
    // Nothing is above the floor so far.
    assign empty = larger ? weight[3] == '0 : state.sums.total == '0;
    always_comb begin
      updated[lane].sums.score = larger ? value[3] : state.sums.score;
      updated[lane].sums.total =
          (again ? '0 : state.sums.total) + (counts ? TOTAL_BITS'(weight[3]) : '0);
      updated[lane].sums.sum_x =
          (again ? '0 : state.sums.sum_x) + (counts ? SUM_BITS'(weight_x) : '0);
      updated[lane].sums.sum_y =
          (again ? '0 : state.sums.sum_y) + (counts ? SUM_BITS'(weight_y) : '0);
      updated[lane].x = larger ? place[3].x : state.x;
      updated[lane].y = larger ? place[3].y : state.y;
      // Sums of 0 leave as the peak, with weight 1.
      complete[lane] = updated[lane].sums;
      complete[lane].total[0] |= empty;
      if (empty) complete[lane].sum_x = SUM_BITS'(updated[lane].x);
      if (empty) complete[lane].sum_y = SUM_BITS'(updated[lane].y);
    end
  end

  // What is known of each channel; with one beat a cell a register, as the next beat needs it.
  if (FOLDS == 1) begin : g_state
    always_ff @(posedge clk) if (valid[3]) states <= updated;
  end else begin : g_states
    /* verilator lint_off UNUSEDPARAM */  // used in the attribute only, which Verilator skips
    localparam bit SMALL = FOLDS <= 128 || FOLDS * $bits(states) <= 4096;
    /* verilator lint_on UNUSEDPARAM */
    (* no_rw_check, ram_style = SMALL ? "distributed" : "block" *)
    logic [$bits(states)-1:0] memory[FOLDS];
    always_ff @(posedge clk) begin
      if (valid[2]) states <= memory[place[2].fold];
      if (valid[3]) memory[place[3].fold] <= updated;
    end
  end

  // The queue of complete sums, and the word of it whose landmarks are leaving. A word takes longer
  // to leave than the one that takes its place needs to come.
  /* verilator lint_off UNUSEDPARAM */
  localparam bit SMALL_QUEUE = FOLDS <= 128 || FOLDS * $bits(complete) <= 4096;
  /* verilator lint_on UNUSEDPARAM */
  (* no_rw_check, ram_style = SMALL_QUEUE ? "distributed" : "block" *)
  logic [$bits(complete)-1:0] queue[FOLDS];
  logic [FOLD_BITS-1:0] write_at, read_at;
  sums_t [LANES-1:0] leaving;
  logic [LANE_BITS-1:0] lane_out;
  logic any_leaving, send, word_end;
  assign write = valid[3] && place[3].last;
  assign word_end = lane_out == LANE_BITS'(LANES - 1);
  assign read = waiting != '0 && (!any_leaving || (send && word_end));

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      room <= COUNT_BITS'(FOLDS);
      waiting <= '0;
      write_at <= '0;
      read_at <= '0;
      any_leaving <= 1'b0;
      lane_out <= '0;
      out_valid <= 1'b0;
    end else begin
      if (reserve != read) room <= read ? room + 1'b1 : room - 1'b1;
      if (write != read) waiting <= write ? waiting + 1'b1 : waiting - 1'b1;
      if (write) write_at <= write_at == FOLD_BITS'(FOLDS - 1) ? '0 : write_at + 1'b1;
      if (read) read_at <= read_at == FOLD_BITS'(FOLDS - 1) ? '0 : read_at + 1'b1;
      if (read) any_leaving <= 1'b1;
      else if (send && word_end) any_leaving <= 1'b0;
      if (send) lane_out <= word_end ? '0 : lane_out + 1'b1;
      if (send) out_valid <= 1'b1;
      else if (out_ready) out_valid <= 1'b0;
    end
    if (write) queue[write_at] <= complete;
    if (read) leaving <= queue[read_at];
  end

  // sum / total with FRACTION bits and one to round by: half of a step rounds up. `rest` begins
  // with the sum's upper bits, less than the total; `digits` gives the others, then zeros, from
  // above, and takes the quotient's bits from below.
  localparam int PLACE_BITS = SIDE_BITS + FRACTION;
  localparam int DIGITS = PLACE_BITS + 1;
  localparam int DIGIT_BITS = $clog2(DIGITS);
  sums_t chosen;
  logic [SUM_BITS-1:0] sum;
  logic [TOTAL_BITS-1:0] rest;
  logic [TOTAL_BITS:0] next;
  logic [DIGITS-1:0] digits;
  logic [DIGIT_BITS-1:0] digit;
  logic [OUT_BITS-1:0] quotient, quotient_x;
  logic dividing, of_y, enough, last_digit, stall, load;
  assign chosen = leaving[lane_out];
  assign sum = dividing ? chosen.sum_y : chosen.sum_x;
  assign next = {rest, digits[DIGITS-1]};
  assign enough = next >= {1'b0, chosen.total};
  assign quotient = OUT_BITS'(digits[PLACE_BITS-1:0]) + OUT_BITS'(enough);
  assign last_digit = dividing && digit == DIGIT_BITS'(DIGITS - 1);
  assign stall = out_valid && !out_ready;
  assign send = last_digit && of_y && !stall;
  assign load = dividing ? last_digit && !of_y : any_leaving;

  always_ff @(posedge clk) begin
    if (!rst_n) dividing <= 1'b0;
    else if (load) dividing <= 1'b1;
    else if (send) dividing <= 1'b0;
    if (load) begin
      of_y <= dividing;
      digit <= '0;
      rest <= TOTAL_BITS'(sum >> SIDE_BITS);
      digits <= {sum[SIDE_BITS-1:0], {DIGITS - SIDE_BITS{1'b0}}};
    end else if (!last_digit) begin
      digit <= digit + 1'b1;
      rest <= TOTAL_BITS'(enough ? next - {1'b0, chosen.total} : next);
      digits <= {digits[DIGITS-2:0], enough};
    end
    if (last_digit && !of_y) quotient_x <= quotient;
    if (send) out_data <= {score_of(chosen.score), quotient, quotient_x};
  end

  // Of a value with its sign bit flipped.
  localparam longint LEAST = longint'(FLOOR) + longint'(FLIP);
  localparam longint MOST = (longint'(1) << BITS) - 1 - LEAST;
  localparam int ABOVE_BITS = 1 + $clog2((LEAST > MOST ? LEAST : MOST) + 64);
  function automatic logic [WEIGHT_BITS-1:0] weight_of(input logic [BITS-1:0] value);
    logic signed [ABOVE_BITS-1:0] above;
    above = ABOVE_BITS'(value) - ABOVE_BITS'(LEAST);
    if (above < 0) return '0;
    above = above >>> SHIFT;
    return above > ABOVE_BITS'(63) ? WEIGHTS[63] : WEIGHTS[6'(above)];
  endfunction

  // Without a multiplier, which few bits do not need.
  function automatic logic [PRODUCT_BITS-1:0] times(
      input logic [WEIGHT_BITS-1:0] weight, input logic [SIDE_BITS-1:0] factor);
    times = '0;
    for (int i = 0; i < SIDE_BITS; i++)
      if (factor[i]) times += PRODUCT_BITS'(weight) << i;
  endfunction

  function automatic logic [OUT_BITS-1:0] score_of(input logic [BITS-1:0] flipped);
    if (SIGNED != 0) return OUT_BITS'(signed'(flipped ^ FLIP));
    return OUT_BITS'(flipped);
  endfunction
endmodule
