// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Simulation only: writes `frames` frames to <dir>/sink<INDEX>.hex and the cycle of each beat to
// the .log beside it; checks that valid, data and last are held while stalled, and `last` where
// there is one. Plusargs: dir, frames, seed, sink_stall (permille of cycles not ready; with an odd
// seed, ready then also waits for valid).

module stream_sink #(
    parameter int WIDTH_BITS = 1,
    parameter int FRAME_BEATS = 1,
    parameter int HAS_LAST = 0,
    parameter int INDEX = 0
) (
    input  logic                  clk,
    input  logic                  rst_n,
    input  logic [          31:0] cycle,
    input  logic [WIDTH_BITS-1:0] data,
    input  logic                  last,
    input  logic                  valid,
    output logic                  ready,
    output logic [          31:0] beats,
    output logic                  done
);
  string folder;
  int file, log, seed, stall, frames;
  int unsigned random;
  logic [WIDTH_BITS-1:0] data_before;
  logic last_before, stalled_before;

  initial begin
    seed = 1;
    stall = 0;
    frames = 1;
    void'($value$plusargs("dir=%s", folder));
    void'($value$plusargs("seed=%d", seed));
    void'($value$plusargs("sink_stall=%d", stall));
    void'($value$plusargs("frames=%d", frames));
    file = $fopen($sformatf("%s/sink%0d.hex", folder, INDEX), "w");
    log = $fopen($sformatf("%s/sink%0d.log", folder, INDEX), "w");
    random = 32'(seed) * 32'd2246822519 + 32'(INDEX) * 32'd3266489917 + 32'd1;
  end

  assign done = beats == 32'(frames) * FRAME_BEATS;

  function automatic void complain(string what);
    $display("PROTOCOL output %0d: %s (beat %0d, cycle %0d)", INDEX, what, beats, cycle);
    $finish;
  endfunction

  /* verilator lint_off BLKSEQ */
  always @(posedge clk) begin
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    if (!rst_n) begin
      ready <= 1'b0;
      beats <= '0;
      stalled_before <= 1'b0;
    end else begin
      ready <= stall == 0 || (random % 1000 >= 32'(stall) && (!seed[0] || (valid && !ready)));
      stalled_before <= valid && !ready;
      data_before <= data;
      last_before <= last;
      if (stalled_before && !valid) complain("valid fell before ready came");
      else if (stalled_before && data != data_before) complain("data changed while stalled");
      else if (stalled_before && last != last_before) complain("last changed while stalled");
      if (valid && ready && !done) begin
        $fdisplay(file, "%h", data);
        $fdisplay(log, "%0d", cycle);
        beats <= beats + 1;
        if (HAS_LAST != 0 && last != (beats % FRAME_BEATS == FRAME_BEATS - 1)) begin
          complain("last is not at the end of the frame");
        end
      end
    end
  end
  /* verilator lint_on BLKSEQ */
endmodule
