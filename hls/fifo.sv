// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// FIFO of exactly DEPTH beats, see fifo.py. The oldest beat lies in the output register, the others
// in a store: a register, distributed RAM (up to 32 places in 2/3 LUT a bit, where a shift register
// takes one) or block RAM; with DEPTH 1 there is none. in_ready and out_valid depend on registers
// only, so that a FIFO cuts every combinational path; with DEPTH 0 it is but wires.
//
// In simulation each FIFO reports its state at the end, and with +trace=DIR writes the beats that
// it took to DIR/NAME.hex.

module fifo #(
    parameter int WIDTH_BITS = 1,
    parameter int DEPTH = 2,
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

`ifndef SYNTHESIS
  int unsigned fill, most;
`endif

  if (DEPTH == 0) begin : g_wires
    assign {out_valid, out_data, in_ready} = {in_valid, in_data, out_ready};
`ifndef SYNTHESIS
    assign {fill, most} = '0;
`endif
  end else begin : g_fifo
    // Beats in the store; it holds none while the output register is empty.
    localparam int PLACES = DEPTH - 1;
    localparam int COUNT_BITS = PLACES > 0 ? $clog2(PLACES + 1) : 1;
    logic [COUNT_BITS-1:0] stored;
    logic [WIDTH_BITS-1:0] oldest;
    logic empty, load, write, read;

    assign in_ready = PLACES > 0 ? stored != COUNT_BITS'(PLACES) : !out_valid;
    assign empty = stored == '0;
    assign load = !out_valid || out_ready;
    assign read = load && !empty;
    assign write = in_valid && in_ready && (!load || !empty);

    always_ff @(posedge clk) begin
      if (!rst_n) out_valid <= 1'b0;
      else if (load) out_valid <= !empty || (in_valid && (PLACES > 0 || !out_valid));
      if (load) out_data <= empty ? in_data : oldest;
    end

    if (PLACES == 0) begin : g_no_store
      logic unused;
      assign {stored, oldest} = '0;
      assign unused = write ^ read;
    end else begin : g_store
      always_ff @(posedge clk) begin
        if (!rst_n) stored <= '0;
        else if (write != read) stored <= write ? stored + 1'b1 : stored - 1'b1;
      end
    end

    if (PLACES == 1) begin : g_register
      always_ff @(posedge clk) if (write) oldest <= in_data;
    end else if (PLACES > 1) begin : g_ram
      localparam int ADDRESS_BITS = $clog2(PLACES);
      localparam bit SMALL = PLACES <= 128 || PLACES * WIDTH_BITS <= 4096;
      (* no_rw_check, ram_style = SMALL ? "distributed" : "block" *)
      logic [WIDTH_BITS-1:0] memory[PLACES];
      logic [ADDRESS_BITS-1:0] write_at, read_at, read_next;

      function automatic logic [ADDRESS_BITS-1:0] after(logic [ADDRESS_BITS-1:0] place);
        return place == ADDRESS_BITS'(PLACES - 1) ? '0 : place + 1'b1;
      endfunction

      assign read_next = read ? after(read_at) : read_at;
      always_ff @(posedge clk) begin
        if (!rst_n) begin
          write_at <= '0;
          read_at <= '0;
        end else begin
          if (write) write_at <= after(write_at);
          read_at <= read_next;
        end
        if (write) memory[write_at] <= in_data;
      end

      if (SMALL) begin : g_distributed
        assign oldest = memory[read_at];
      end else begin : g_block
        // Block RAM is read a cycle ahead; a beat that is the oldest at once goes past it.
        logic [WIDTH_BITS-1:0] ahead, past;
        logic passes;
        always_ff @(posedge clk) begin
          ahead <= memory[read_next];
          past <= in_data;
          passes <= write && stored == COUNT_BITS'(read);
        end
        assign oldest = passes ? past : ahead;
      end
    end

`ifndef SYNTHESIS
    assign fill = 32'(stored) + 32'(out_valid);
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
