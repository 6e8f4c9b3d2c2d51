// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Binary matrix-vector unit, see xnor_mvu.py. Pipeline: weights and beat (which wait for the output
// register of block RAM), popcounts of groups of lanes, their sum (where there are several),
// accumulator, which is the output register.
//
// The beats of MMV pixels take turns, and a weight word serves all of them. It comes in MMV pieces
// from a memory that is MMV times narrower and deeper, while the word before it is in use. Where
// there are several output folds, a buffer puts the results in order again.

module xnor_mvu #(
    parameter int CHANNELS = 1,
    parameter int OUT_CHANNELS = 1,
    parameter int OUT_BITS = 1,
    parameter int PE = 1,
    parameter int SIMD = 1,
    parameter int MMV = 1,
    parameter int BLOCK_RAM = 0,
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
  if (MMV < 1 || PE * SIMD % MMV != 0) begin : g_bad_mmv
    $error("xnor_mvu: MMV must divide PE * SIMD");
  end
  if (MMV > 1 && OUT_CHANNELS > PE && CHANNELS == SIMD) begin : g_bad_order
    $error("xnor_mvu: MMV with several output folds needs several input folds");
  end
  if (OUT_BITS != $clog2(CHANNELS + 1)) begin : g_bad_bits
    $error("xnor_mvu: OUT_BITS must just hold CHANNELS");
  end

  localparam int FOLD_IN = CHANNELS / SIMD;
  localparam int FOLD_OUT = OUT_CHANNELS / PE;
  localparam int DEPTH = FOLD_IN * FOLD_OUT * MMV;
  localparam int PIECE = PE * SIMD / MMV;
  localparam bit REORDER = MMV > 1 && FOLD_OUT > 1;
  localparam int ADDRESS_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1;

  // Popcounts of at most GROUP lanes are registered: halve SIMD, less the carry bit, until it fits.
  localparam int GROUP = 31;
  localparam int STAGE = 1 + $clog2((SIMD + GROUP + 1) / (GROUP + 1));
  localparam int SUM_BITS = $clog2(SIMD + 1);

  logic [SIMD-1:0] beat;
  logic [ADDRESS_BITS-1:0] address, fetch_at;
  logic [PIECE-1:0] piece;
  logic [PE*SIMD-1:0] weights;
  logic enable, primed, issue, fetch;
  // Control bits beside the data: 0 with the weights, 1 with the group counts, 2 with the sums.
  logic [2:0] valid, first, last;

  mvu_fold #(
      .FOLD_IN(FOLD_IN * MMV),
      .FOLD_OUT(FOLD_OUT),
      .WIDTH_BITS(SIMD),
      .GROUP(MMV),
      .LATE(MMV == 1 ? BLOCK_RAM : 0)
  ) u_fold (
      .clk, .rst_n, .enable(enable && primed), .in_data, .in_valid, .in_ready, .issue, .address,
      .beat, .valid(valid[0]), .first(first[0]), .last(last[0])
  );

  weight_rom #(
      .WIDTH_BITS(PIECE),
      .DEPTH(DEPTH),
      .BLOCK_RAM(BLOCK_RAM),
      .LATE(MMV == 1 ? BLOCK_RAM : 0),
      .WEIGHTS_FILE(WEIGHTS_FILE)
  ) u_weights (
      .clk, .enable(fetch), .address(fetch_at), .weights(piece)
  );

  if (MMV == 1) begin : g_words
    logic unused;
    assign unused = issue;
    assign primed = 1'b1;
    assign fetch = enable;
    assign fetch_at = address;
    assign weights = piece;
  end else begin : g_pieces
    // `fetch_at` is a whole word ahead of the beats, which is why the first word is primed.
    localparam int TURN_BITS = $clog2(MMV);
    logic [TURN_BITS-1:0] turn;
    logic [(MMV-1)*PIECE-1:0] earlier;
    logic turn_end, fetch_end, unused;

    assign unused = ^{address, fetch_end};
    assign fetch = issue || !primed;
    wrap_counter #(.LAST(DEPTH - 1)) u_fetch (
        .clk, .rst_n, .step(fetch), .value(fetch_at), .last(fetch_end)
    );
    wrap_counter #(.LAST(MMV - 1)) u_turn (
        .clk, .rst_n, .step(fetch), .value(turn), .last(turn_end)
    );
    always_ff @(posedge clk) begin
      if (!rst_n) primed <= 1'b0;
      else if (fetch && turn_end) primed <= 1'b1;
      if (fetch) begin
        if (turn == '0) weights <= {piece, earlier};
        else earlier <= ((MMV - 1) * PIECE)'({piece, earlier} >> PIECE);
      end
    end
  end

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

  logic done;
  logic [PE*OUT_BITS-1:0] result;
  always_ff @(posedge clk) begin
    if (!rst_n) done <= 1'b0;
    else if (enable) done <= valid[2] && last[2];
  end

  for (genvar pe = 0; pe < PE; pe++) begin : g_pe
    logic [SUM_BITS-1:0] count, sum;
    logic [OUT_BITS-1:0] totals[MMV];

    popcount #(.SIZE(SIMD), .STAGE(STAGE)) u_popcount (
        .clk, .enable, .bits(~(beat ^ weights[pe*SIMD+:SIMD])), .count(count)
    );
    if (STAGE > 1) begin : g_sum
      always_ff @(posedge clk) if (enable) sum <= count;
    end else begin : g_same
      assign sum = count;
    end

    always_ff @(posedge clk) begin
      if (enable && valid[2]) begin
        totals[0] <= (first[2] ? '0 : totals[MMV-1]) + OUT_BITS'(sum);
        for (int turn = 1; turn < MMV; turn++) totals[turn] <= totals[turn-1];
      end
    end
    assign result[pe*OUT_BITS+:OUT_BITS] = totals[0];
  end

  if (!REORDER) begin : g_in_order
    assign enable = !out_valid || out_ready;
    assign out_valid = done;
    assign out_data = result;
  end else begin : g_reorder
    // Results come fold by fold, each of all pixels, and leave pixel by pixel: two halves of a
    // buffer, one being filled while the other is read.
    localparam int BEATS = MMV * FOLD_OUT;
    localparam int PLACE_BITS = $clog2(BEATS);
    localparam int FOLD_BITS = $clog2(FOLD_OUT);
    (* no_rw_check, ram_style = "distributed" *)
    logic [PE*OUT_BITS-1:0] buffer[2<<PLACE_BITS];
    logic [PLACE_BITS-1:0] write_at, read_at;
    logic [FOLD_BITS-1:0] fold;
    logic [1:0] full;
    logic write_half, read_half, pixels_end, fold_end, write, wrote, load, read, left;

    assign enable = full != 2'd2;
    assign write = enable && done;
    assign pixels_end = write_at >= PLACE_BITS'((MMV - 1) * FOLD_OUT);
    assign fold_end = fold == FOLD_BITS'(FOLD_OUT - 1);
    assign wrote = write && pixels_end && fold_end;
    assign load = !out_valid || out_ready;
    assign read = load && full != 2'd0;
    assign left = read && read_at == PLACE_BITS'(BEATS - 1);

    always_ff @(posedge clk) begin
      if (!rst_n) begin
        {write_half, read_half, full} <= '0;
        {write_at, fold, read_at} <= '0;
        out_valid <= 1'b0;
      end else begin
        if (write) write_at <= !pixels_end ? write_at + PLACE_BITS'(FOLD_OUT)
                             : fold_end ? '0 : PLACE_BITS'(fold) + 1'b1;
        if (write && pixels_end) fold <= fold_end ? '0 : fold + 1'b1;
        if (wrote) write_half <= !write_half;
        if (read) read_at <= left ? '0 : read_at + 1'b1;
        if (left) read_half <= !read_half;
        full <= full + 2'(wrote) - 2'(left);
        if (load) out_valid <= full != 2'd0;
      end
      if (write) buffer[{write_half, write_at}] <= result;
      if (load) out_data <= buffer[{read_half, read_at}];
    end
  end
endmodule
