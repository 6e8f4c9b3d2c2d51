// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Simulation only: sends the beats of <dir>/source<INDEX>.hex, and logs for each beat the cycles
// when it was first offered and when it was taken. Plusargs: dir, seed, source_stall (permille of
// cycles without a new beat), gap (then at most one beat every `gap` cycles).

module stream_source #(
    parameter int WIDTH_BITS = 1,
    parameter int INDEX = 0
) (
    input  logic                  clk,
    input  logic                  rst_n,
    input  logic [          31:0] cycle,
    output logic [WIDTH_BITS-1:0] data,
    output logic                  valid,
    input  logic                  ready
);
  string folder;
  int file, log, seed, stall, gap;
  int unsigned random, offered;
  logic [WIDTH_BITS-1:0] next;
  logic hold;

  initial begin
    seed = 1;
    stall = 0;
    gap = 0;
    void'($value$plusargs("dir=%s", folder));
    void'($value$plusargs("seed=%d", seed));
    void'($value$plusargs("source_stall=%d", stall));
    void'($value$plusargs("gap=%d", gap));
    file = $fopen($sformatf("%s/source%0d.hex", folder, INDEX), "r");
    log = $fopen($sformatf("%s/source%0d.log", folder, INDEX), "w");
    random = 32'(seed) * 32'd2654435761 + 32'(INDEX) * 32'd40503 + 32'd1;
  end

  always_comb begin
    hold = random % 1000 < 32'(stall);
    if (gap > 0) hold = cycle % 32'(gap) != 0 || random[4];
  end

  // Blocking assignments keep file, random number and beat in step.
  /* verilator lint_off BLKSEQ */
  always @(posedge clk) begin
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    if (!rst_n) valid <= 1'b0;
    else begin
      if (valid && ready) begin
        $fdisplay(log, "%0d %0d", offered, cycle);
        valid <= 1'b0;
      end
      if ((!valid || ready) && !hold && $fscanf(file, "%h\n", next) == 1) begin
        data <= next;
        valid <= 1'b1;
        offered <= cycle + 1;
      end
    end
  end
  /* verilator lint_on BLKSEQ */
endmodule
