# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
#
# Stands in for Vivado and Vitis HLS under tclsh: records every command that Tcl itself doesn't
# know, answers queries, and leaves the files that an implementation would. RECORD, FAIL,
# BOARD_FILES and HWH (a handoff file) are environment variables.

set record [open $env(RECORD) w]

proc unknown {name args} {
    puts $::record [list $name {*}$args]
    flush $::record
    return ""
}

foreach query {get_bd_cells get_bd_pins get_bd_intf_pins get_runs get_files} {
    proc $query {args} {return $args}
}
proc current_project {} {return project}
proc current_fileset {} {return sources_1}
namespace eval ipx {}
proc ipx::current_core {} {return core}
proc get_board_parts {args} {return $::env(BOARD_FILES)}
proc get_timing_paths {args} {return path}

proc get_property {name object} {
    return [dict get {PROGRESS 100% STATUS done SLACK 1.25} $name]
}

proc launch_runs {args} {
    puts $::record [list launch_runs {*}$args]
    if {$::env(FAIL) ne ""} {
        puts "ERROR: \[Place 30-640\] $::env(FAIL)"
        exit 1
    }
    foreach {folder name} {overlay.runs/impl_1 overlay_wrapper.bit
            overlay.gen/sources_1/bd/overlay/hw_handoff overlay.hwh} {
        file mkdir project/overlay/$folder
        close [open project/overlay/$folder/$name w]
    }
    file copy -force $::env(HWH) project/overlay/$folder/$name
}

proc export_design {args} {
    puts $::record [list export_design {*}$args]
    if {$::env(FAIL) ne ""} {
        puts "ERROR: \[HLS 200-70\] $::env(FAIL)"
        exit 1
    }
    file mkdir project/solution/impl/ip project/solution/syn/report
    close [open project/solution/impl/ip/component.xml w]
    close [open project/solution/syn/report/accelerator_csynth.rpt w]
}

proc report_utilization {option path} {
    set file [open $path w]
    puts $file "| Site Type       | Used | Fixed | Prohibited | Available | Util% |"
    puts $file "| Slice LUTs      | 1234 |     0 |          0 |     53200 |  2.32 |"
    puts $file "| Slice Registers | 2345 |     0 |          0 |    106400 |  2.20 |"
    puts $file "| Block RAM Tile  |  3.5 |     0 |          0 |       140 |  2.50 |"
    puts $file "| DSPs            |    6 |     0 |          0 |       220 |  2.73 |"
    close $file
}

set argv [lassign $argv script]
source $script
