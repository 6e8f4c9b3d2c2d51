# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
#
# The overlay in Vivado (2022.2 or later), from this folder: vivado -mode batch -source overlay.tcl
# Packages the accelerator as an IP, puts it between an AXI DMA and the processing system, and
# leaves overlay.bit, overlay.hwh, utilisation.rpt, timing.rpt and slack.txt in out/.
# settings.tcl, written beside it, names the part, the clock, the stream widths and the RTL, or the
# folder of an accelerator that is an IP already.

set here [file dirname [file normalize [info script]]]
source [file join $here settings.tcl]
set rtl [file normalize [file join $here $rtl_folder]]
if {![file exists [file join $rtl dataflow.sv]]} {
    error "no RTL in $rtl: keep the bundle beside this folder"
}
set work [file join $here project]
set out [file join $here out.new]
file delete -force $work $out
file mkdir $work $out

# Vivado resolves a relative $readmemh differently in a project and in an IP: paths in full.
proc copy_sources {from to} {
    set memories [file join $from mem]
    foreach source [lsort [glob -directory $from *.sv]] {
        set input [open $source]
        set text [read $input]
        close $input
        set output [open [file join $to [file tail $source]] w]
        puts -nonewline $output [string map [list "\"mem/" "\"$memories/"] $text]
        close $output
    }
    return [lsort [glob -directory $to *.sv]]
}

proc package_accelerator {} {
    global here rtl work part
    set sources [file join $work sources]
    file mkdir $sources
    create_project -force -part $part accelerator [file join $work accelerator]
    add_files -norecurse [concat [copy_sources $rtl $sources] [file join $here accelerator_ip.v]]
    set_property top accelerator_ip [current_fileset]
    update_compile_order -fileset sources_1
    ipx::package_project -root_dir [file join $work ip] -vendor binary-landmarks.org \
        -library user -taxonomy /UserIP -import_files -set_current true
    set_property name accelerator_ip [ipx::current_core]
    set_property version 1.0 [ipx::current_core]
    ipx::create_xgui_files [ipx::current_core]
    ipx::update_checksums [ipx::current_core]
    ipx::save_core [ipx::current_core]
    close_project
}

proc add_cell {vlnv name args} {
    create_bd_cell -type ip -vlnv $vlnv $name
    if {[llength $args]} {
        set_property -dict $args [get_bd_cells $name]
    }
}

# The processing system: one clock, one control port, one memory port. What the board's preset
# says of DDR and pins is read by the boot loader of the board's image, not from the bitstream.
# But pynq divides the PLL that the boot loader has set by the divisors that Vivado finds here, so
# the crystal and the clock's source must be the board's with or without a preset.
proc add_processor {} {
    global processor clock_mhz preset
    set external [expr {$processor eq "processing_system7" ? {make_external "FIXED_IO, DDR"} : ""}]
    add_cell xilinx.com:ip:$processor ps
    apply_bd_automation -rule xilinx.com:bd_rule:$processor \
        -config "$external apply_board_preset \"$preset\"" [get_bd_cells ps]
    if {$processor eq "processing_system7"} {
        set_property -dict [list CONFIG.PCW_USE_M_AXI_GP0 1 CONFIG.PCW_USE_S_AXI_HP0 1 \
            CONFIG.PCW_CRYSTAL_PERIPHERAL_FREQMHZ 50 \
            CONFIG.PCW_FPGA0_PERIPHERAL_FREQMHZ $clock_mhz] [get_bd_cells ps]
        return {clock FCLK_CLK0 reset FCLK_RESET0_N control M_AXI_GP0 memory S_AXI_HP0
            clocked {M_AXI_GP0_ACLK S_AXI_HP0_ACLK}}
    }
    set_property -dict [list CONFIG.PSU__USE__M_AXI_GP0 1 CONFIG.PSU__USE__M_AXI_GP1 0 \
        CONFIG.PSU__USE__M_AXI_GP2 0 CONFIG.PSU__USE__S_AXI_GP2 1 CONFIG.PSU__FPGA_PL0_ENABLE 1 \
        CONFIG.PSU__CRL_APB__PL0_REF_CTRL__SRCSEL IOPLL \
        CONFIG.PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ $clock_mhz] [get_bd_cells ps]
    return {clock pl_clk0 reset pl_resetn0 control M_AXI_HPM0_FPD memory S_AXI_HP0_FPD
        clocked {maxihpm0_fpd_aclk saxihp0_fpd_aclk}}
}

proc join_interfaces {from to} {
    connect_bd_intf_net [get_bd_intf_pins $from] [get_bd_intf_pins $to]
}

proc drive {source pins} {
    foreach pin $pins {
        connect_bd_net [get_bd_pins $source] [get_bd_pins $pin]
    }
}

proc build_design {} {
    global in_bits out_bits memory_bits ip_vlnv ip_clock ip_reset
    create_bd_design overlay
    set ps [add_processor]
    add_cell xilinx.com:ip:proc_sys_reset reset
    add_cell $ip_vlnv accelerator
    add_cell xilinx.com:ip:smartconnect control CONFIG.NUM_SI 1 CONFIG.NUM_MI 1
    add_cell xilinx.com:ip:smartconnect memory CONFIG.NUM_SI 2 CONFIG.NUM_MI 1
    set to_chip [expr {max($memory_bits, $in_bits)}]
    set to_memory [expr {max($memory_bits, $out_bits)}]
    # 26 bits of length: the default of 14 would end a transfer at 16 KiB. An AXI burst stays within
    # 4 KiB.
    add_cell xilinx.com:ip:axi_dma dma \
        CONFIG.c_include_sg 0 CONFIG.c_sg_include_stscntrl_strm 0 CONFIG.c_sg_length_width 26 \
        CONFIG.c_m_axi_mm2s_data_width $to_chip \
        CONFIG.c_m_axis_mm2s_tdata_width $in_bits \
        CONFIG.c_m_axi_s2mm_data_width $to_memory \
        CONFIG.c_s_axis_s2mm_tdata_width $out_bits \
        CONFIG.c_mm2s_burst_size [expr {min(64, 32768 / $to_chip)}] \
        CONFIG.c_s2mm_burst_size [expr {min(64, 32768 / $to_memory)}]

    join_interfaces ps/[dict get $ps control] control/S00_AXI
    join_interfaces control/M00_AXI dma/S_AXI_LITE
    join_interfaces dma/M_AXI_MM2S memory/S00_AXI
    join_interfaces dma/M_AXI_S2MM memory/S01_AXI
    join_interfaces memory/M00_AXI ps/[dict get $ps memory]
    join_interfaces dma/M_AXIS_MM2S accelerator/s_axis
    join_interfaces accelerator/m_axis dma/S_AXIS_S2MM

    set clocked [list reset/slowest_sync_clk accelerator/$ip_clock control/aclk memory/aclk \
        dma/s_axi_lite_aclk dma/m_axi_mm2s_aclk dma/m_axi_s2mm_aclk]
    foreach pin [dict get $ps clocked] {
        lappend clocked ps/$pin
    }
    drive ps/[dict get $ps clock] $clocked
    drive ps/[dict get $ps reset] reset/ext_reset_in
    drive reset/peripheral_aresetn \
        [list accelerator/$ip_reset control/aresetn memory/aresetn dma/axi_resetn]
    assign_bd_address
    validate_bd_design
    save_bd_design
}

proc implement {} {
    global out jobs
    make_wrapper -files [get_files overlay.bd] -top -import
    set_property top overlay_wrapper [current_fileset]
    update_compile_order -fileset sources_1
    launch_runs impl_1 -to_step write_bitstream -jobs $jobs
    wait_on_runs impl_1
    if {[get_property PROGRESS [get_runs impl_1]] ne "100%"} {
        error "implementation stopped: [get_property STATUS [get_runs impl_1]]"
    }
    open_run impl_1
    report_utilization -file [file join $out utilisation.rpt]
    report_timing_summary -file [file join $out timing.rpt]
    set slack [open [file join $out slack.txt] w]
    puts $slack [get_property SLACK [get_timing_paths -delay_type max]]
    close $slack
}

proc collect {} {
    global work out here bundle_key
    foreach {pattern name} {*.runs/impl_1/overlay_wrapper.bit overlay.bit
            *.gen/sources_1/bd/overlay/hw_handoff/overlay.hwh overlay.hwh} {
        set found [glob -nocomplain -directory [file join $work overlay] $pattern]
        if {![llength $found]} {
            error "Vivado left no $pattern in $work/overlay"
        }
        file copy -force [lindex $found 0] [file join $out $name]
    }
    set stamp [open [file join $out bundle.key] w]
    puts $stamp $bundle_key
    close $stamp
    file delete -force [file join $here out]
    file rename $out [file join $here out]
}

if {$ip_folder eq ""} {
    package_accelerator
    set ip_folder [file join $work ip]
} else {
    set ip_folder [file normalize [file join $here $ip_folder]]
    if {![file exists [file join $ip_folder component.xml]]} {
        error "no IP in $ip_folder: run Vitis HLS first"
    }
}
create_project -force -part $part overlay [file join $work overlay]
# Another version of the board's files will do as well.
set versions [join [lreplace [split $board_part :] end end *] :]
set installed [lsort -dictionary [get_board_parts -quiet $versions]]
if {[llength $installed]} {
    if {$board_part ni $installed} {
        set board_part [lindex $installed end]
    }
    set_property board_part $board_part [current_project]
    set preset 1
} else {
    puts "no board files for $board_part: the processor keeps its defaults"
    set preset 0
}
set_property ip_repo_paths $ip_folder [current_project]
update_ip_catalog
build_design
implement
collect
puts "overlay.bit and overlay.hwh are in [file join $here out]"
