// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Sliding window, see window.py: counters that walk the patches over a replay buffer. The border is
// never stored: the walk passes it at addresses before and after a row, where VALUE is given.

module window #(
    parameter int HEIGHT = 1,
    parameter int WIDTH = 1,
    parameter int CHANNELS = 1,
    parameter int BITS = 1,
    parameter int KERNEL = 1,
    parameter int STRIDE = 1,
    parameter int TOP = 0,
    parameter int LEFT = 0,
    parameter int BOTTOM = 0,
    parameter int RIGHT = 0,
    parameter int VALUE = 0,
    parameter int LANES = 1,
    parameter int MMV = 1,
    parameter int DEPTH = 4
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
  localparam int FOLDS = CHANNELS / LANES;
  localparam int ROWS = (TOP + HEIGHT + BOTTOM - KERNEL) / STRIDE + 1;
  localparam int COLUMNS = (LEFT + WIDTH + RIGHT - KERNEL) / STRIDE + 1;

  if (LANES < 1 || CHANNELS % LANES != 0) begin : g_bad_lanes
    $error("window: LANES must divide CHANNELS");
  end
  if (KERNEL < 1 || STRIDE < 1 || KERNEL > TOP + HEIGHT + BOTTOM || KERNEL > LEFT + WIDTH + RIGHT)
  begin : g_bad_kernel
    $error("window: KERNEL must fit in the frame with its border, STRIDE must be at least 1");
  end
  if (TOP < 0 || LEFT < 0 || BOTTOM < 0 || RIGHT < 0 || TOP + BOTTOM >= KERNEL
      || LEFT + RIGHT >= KERNEL) begin : g_bad_border
    $error("window: opposite borders must together be narrower than KERNEL");
  end
  if (MMV < 1 || COLUMNS % MMV != 0) begin : g_bad_mmv
    $error("window: MMV must divide the windows of a row");
  end
  if (DEPTH < ((KERNEL - 1) * WIDTH + KERNEL + (2 * MMV - 1) * STRIDE) * FOLDS) begin : g_bad_depth
    $error("window: DEPTH is too small for a window and the step to the next");
  end

  // Beats from the first beat of a group of MMV windows to its last, and to the next group.
  localparam int ASIDE = STRIDE * FOLDS;
  localparam int REACH = ((KERNEL - 1) * WIDTH + KERNEL) * FOLDS - 1 + (MMV - 1) * ASIDE;
  localparam int TO_NEXT = MMV * ASIDE;
  localparam int TO_ROW = STRIDE * WIDTH * FOLDS - (COLUMNS - MMV) * ASIDE;
  localparam int LAST_ROW = (ROWS - 1) * STRIDE;
  localparam int TO_FRAME = (HEIGHT - LAST_ROW) * WIDTH * FOLDS - (COLUMNS - MMV) * ASIDE;

  // The beats of one kernel row follow one another in the buffer: one counter does for (kx, fold).
  localparam int RUN = KERNEL * FOLDS;
  localparam int RUN_BITS = $clog2(RUN + 1);
  localparam int KERNEL_BITS = $clog2(KERNEL + 1);
  localparam int COLUMN_BITS = $clog2(COLUMNS / MMV + 1);
  localparam int TURN_BITS = MMV > 1 ? $clog2(MMV) : 1;
  localparam int ROW_BITS = $clog2(ROWS + 1);
  localparam int COUNT_BITS = $clog2(DEPTH + 1) + 2;
  localparam int ADDRESS_BITS = $clog2(DEPTH);

  logic [TURN_BITS-1:0] turn;
  logic [RUN_BITS-1:0] run;
  logic [KERNEL_BITS-1:0] kernel_row;
  logic [COLUMN_BITS-1:0] column;
  logic [ROW_BITS-1:0] row;
  logic turn_end, run_end, window_end, row_end, frame_end, advance;
  logic signed [COUNT_BITS-1:0] step, freed;
  logic [ADDRESS_BITS-1:0] jump;

  assign turn_end = turn == TURN_BITS'(MMV - 1);
  assign run_end = run == RUN_BITS'(RUN - 1);
  assign window_end = run_end && kernel_row == KERNEL_BITS'(KERNEL - 1);
  assign row_end = column == COLUMN_BITS'(COLUMNS / MMV - 1);
  assign frame_end = row_end && row == ROW_BITS'(ROWS - 1);

  always_comb begin
    freed = '0;
    if (!turn_end) {step, jump} = move(ASIDE);
    else if (!run_end) {step, jump} = move(1 - (MMV - 1) * ASIDE);
    else if (!window_end) {step, jump} = move((WIDTH - KERNEL) * FOLDS + 1 - (MMV - 1) * ASIDE);
    else begin
      freed = frame_end ? COUNT_BITS'(TO_FRAME) : row_end ? COUNT_BITS'(TO_ROW)
                                                : COUNT_BITS'(TO_NEXT);
      {step, jump} = frame_end ? move(TO_FRAME - REACH) : row_end ? move(TO_ROW - REACH)
                                                        : move(TO_NEXT - REACH);
    end
  end

  // A step, and as much modulo DEPTH.
  function automatic logic [COUNT_BITS+ADDRESS_BITS-1:0] move(int beats);
    return {COUNT_BITS'(beats), ADDRESS_BITS'(beats < 0 ? beats + DEPTH : beats)};
  endfunction

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      turn <= '0;
      run <= '0;
      kernel_row <= '0;
      column <= '0;
      row <= '0;
    end else if (advance) begin
      turn <= turn_end ? '0 : turn + 1'b1;
      if (turn_end) begin
        run <= run_end ? '0 : run + 1'b1;
        if (run_end) kernel_row <= window_end ? '0 : kernel_row + 1'b1;
        if (window_end) column <= row_end ? '0 : column + 1'b1;
        if (window_end && row_end) row <= frame_end ? '0 : row + 1'b1;
      end
    end
  end

  // Only the first and last windows of a row and of a column reach over the border.
  logic blank;
  always_comb begin
    blank = 1'b0;
    for (int c = 0; c < COLUMNS; c++) begin
      if (column == COLUMN_BITS'(c / MMV) && turn == TURN_BITS'(c % MMV)) begin
        if (c * STRIDE < LEFT && run < RUN_BITS'((LEFT - c * STRIDE) * FOLDS)) blank = 1'b1;
        if (c * STRIDE + KERNEL > LEFT + WIDTH
            && run >= RUN_BITS'((LEFT + WIDTH - c * STRIDE) * FOLDS)) blank = 1'b1;
      end
    end
    for (int r = 0; r < ROWS; r++) begin
      if (row == ROW_BITS'(r)) begin
        if (r * STRIDE < TOP && kernel_row < KERNEL_BITS'(TOP - r * STRIDE)) blank = 1'b1;
        if (r * STRIDE + KERNEL > TOP + HEIGHT
            && kernel_row >= KERNEL_BITS'(TOP + HEIGHT - r * STRIDE)) blank = 1'b1;
      end
    end
  end

  replay_buffer #(
      .WIDTH_BITS(LANES * BITS),
      .DEPTH(DEPTH),
      .START((TOP * WIDTH + LEFT) * FOLDS),
      .BLANK({LANES{BITS'(VALUE)}})
  ) u_buffer (
      .clk, .rst_n, .in_data, .in_valid, .in_ready, .step, .jump, .freed, .blank,
      .advance, .out_data, .out_valid, .out_ready
  );
endmodule
