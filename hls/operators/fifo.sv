// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// FIFO of exactly DEPTH beats, see fifo.py. The oldest beat lies in the output register, the others
// in a store: a register, distributed RAM (up to 32 places in 2/3 LUT a bit, where a shift register
// takes one) or block RAM, with ULTRA_RAM UltraRAM; with DEPTH 1 there is none. What comes passes
// through the RAM, so that no multiplexer lies before the output register. Block RAM and UltraRAM
// have a latch of their own, which is slow, and holds a beat, too. in_ready and out_valid depend on
// registers only, so that a FIFO cuts every combinational path; with DEPTH 0 it is but wires.
//
// The RAM is a ring of RING words, not all of them used: a power of two needs no wrapping.
//
// In simulation each FIFO reports its state at the end, with +trace=DIR writes the beats that it
// took to DIR/NAME.hex, and with +limit.NAME=N holds N beats only.

module fifo #(
    parameter int WIDTH_BITS = 1,
    parameter int DEPTH = 2,
    parameter int RING = DEPTH > 1 ? DEPTH - 1 : 1,
    parameter int ULTRA_RAM = 0,
    parameter string NAME = ""
) (
    input  logic                  clk,
    input  logic                  rst_n,
    input  logic [WIDTH_BITS-1:0] in_data,
    input  logic                  in_valid,
    output logic                  in_ready,
    output logic [WIDTH_BITS-1:0] out_data,
    output logic                  out_valid,
    input  logic                  out_ready
);
  if (WIDTH_BITS < 1) begin : g_bad_width
    $error("fifo: WIDTH_BITS must be at least 1");
  end
  if (DEPTH < 0) begin : g_bad_depth
    $error("fifo: DEPTH must not be negative");
  end
  if (RING < DEPTH - 1) begin : g_bad_ring
    $error("fifo: RING must hold DEPTH - 1 beats");
  end

  localparam bit BLOCK = DEPTH > 129 && (DEPTH - 1) * WIDTH_BITS > 4096;
  /* verilator lint_off UNUSEDPARAM */  // used in the attribute only, which Verilator skips
  localparam string STYLE = ULTRA_RAM != 0 ? "ultra" : BLOCK ? "block" : "distributed";
  /* verilator lint_on UNUSEDPARAM */
  if (ULTRA_RAM != 0 && !BLOCK) begin : g_bad_ultra_ram
    $error("fifo: ULTRA_RAM is for what would be block RAM");
  end

`ifndef SYNTHESIS
  int unsigned fill, most;
`endif

  if (DEPTH == 0) begin : g_wires
    assign {out_valid, out_data, in_ready} = {in_valid, in_data, out_ready};
`ifndef SYNTHESIS
    assign {fill, most} = '0;
`endif
  end else begin : g_fifo
    localparam int PLACES = DEPTH - 1 - BLOCK;
    localparam int COUNT_BITS = PLACES > 0 ? $clog2(PLACES + 1) : 1;
    logic [COUNT_BITS-1:0] stored;  // beats in the store
    logic latched;  // one in the block RAM's latch
    logic empty, load, write, read, full;

    assign in_ready = !full;
    assign empty = stored == '0;
    assign load = !out_valid || out_ready;
    assign read = (BLOCK ? !latched || load : load) && !empty;

    if (PLACES == 0) begin : g_no_store
      assign {stored, write} = '0;
      assign full = out_valid;
    end else begin : g_store
`ifdef SYNTHESIS
      assign full = stored == COUNT_BITS'(PLACES);
`else
      int unsigned limit;
      initial if (!$value$plusargs({"limit.", NAME, "=%d"}, limit)) limit = DEPTH;
      assign full = 32'(stored) + 1 + 32'(BLOCK) >= limit;
`endif
      always_ff @(posedge clk) begin
        if (!rst_n) stored <= '0;
        else if (write != read) stored <= write ? stored + 1'b1 : stored - 1'b1;
      end
    end

    if (!BLOCK) begin : g_no_latch
      assign latched = 1'b0;
    end

    if (PLACES <= 1) begin : g_register
      logic [WIDTH_BITS-1:0] oldest;
      always_ff @(posedge clk) begin
        if (!rst_n) out_valid <= 1'b0;
        else if (load) out_valid <= !empty || (in_valid && in_ready);
        if (load) out_data <= empty ? in_data : oldest;
      end
      if (PLACES == 1) begin : g_one
        assign write = in_valid && in_ready && (!load || !empty);
        always_ff @(posedge clk) if (write) oldest <= in_data;
      end else begin : g_none
        logic unused;
        assign oldest = in_data;
        assign unused = write ^ read;
      end
    end else begin : g_ram
      localparam int ADDRESS_BITS = $clog2(RING);
      (* no_rw_check, ram_style = STYLE *)
      logic [WIDTH_BITS-1:0] memory[RING];
      logic [ADDRESS_BITS-1:0] write_at, read_at;

      function automatic logic [ADDRESS_BITS-1:0] after(logic [ADDRESS_BITS-1:0] place);
        if (RING != 1 << ADDRESS_BITS && place == ADDRESS_BITS'(RING - 1)) return '0;
        return place + 1'b1;
      endfunction

      assign write = in_valid && in_ready;
      always_ff @(posedge clk) begin
        if (!rst_n) begin
          write_at <= '0;
          read_at <= '0;
        end else begin
          if (write) write_at <= after(write_at);
          if (read) read_at <= after(read_at);
        end
        if (write) memory[write_at] <= in_data;
      end

      if (BLOCK) begin : g_latch
        logic [WIDTH_BITS-1:0] word;
        always_ff @(posedge clk) begin
          if (!rst_n) {out_valid, latched} <= '0;
          else begin
            if (load) out_valid <= latched;
            if (!latched || load) latched <= !empty;
          end
          if (read) word <= memory[read_at];
          if (load) out_data <= word;
        end
      end else begin : g_direct
        always_ff @(posedge clk) begin
          if (!rst_n) out_valid <= 1'b0;
          else if (load) out_valid <= !empty;
          if (read) out_data <= memory[read_at];
        end
      end
    end

`ifndef SYNTHESIS
    assign fill = 32'(stored) + 32'(latched) + 32'(out_valid);
    always @(posedge clk) most <= !rst_n ? 0 : fill > most ? fill : most;
`endif
  end

`ifndef SYNTHESIS
  int trace;
  string folder;

  initial if ($value$plusargs("trace=%s", folder)) trace = $fopen({folder, "/", NAME, ".hex"}, "w");

  always @(posedge clk) begin
    if (rst_n && in_valid && in_ready && trace != 0) $fdisplay(trace, "%h", in_data);
  end

  final begin
    $display("FIFO name=%s depth=%0d fill=%0d max=%0d in_valid=%b out_ready=%b",
             NAME, DEPTH, fill, most, in_valid, out_ready);
  end
`endif
endmodule
