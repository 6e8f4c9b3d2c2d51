# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
#
# The accelerator as an IP, by Vitis HLS (2022.2 or later), from this folder: vitis_hls -f hls.tcl
# Leaves the IP and the synthesis report in ip/. settings.tcl, written beside it, names the part,
# the clock and the top; src/ holds the C++.

set here [file dirname [file normalize [info script]]]
source [file join $here settings.tcl]
cd $here

# Streams and words may be wider than 1024 bits, the limit of ap_int unless it is raised.
open_project -reset project
add_files src/dataflow.cpp -cflags "-std=c++14 -Isrc -DAP_INT_MAX_W=4096"
set_top $top
open_solution -reset -flow_target vivado solution
set_part $part
create_clock -period $period_ns -name default
csynth_design
export_design -format ip_catalog -vendor $vendor -library $library -ipname $ip_name -version 1.0

set made project/solution/impl/ip
if {![file exists $made/component.xml]} {
    error "Vitis HLS left no IP in $here/$made"
}
file delete -force ip.new
file copy $made ip.new
foreach report [glob -nocomplain project/solution/syn/report/${top}_csynth.rpt] {
    file copy -force $report ip.new
}
set stamp [open ip.new/bundle.key w]
puts $stamp $bundle_key
close $stamp
file delete -force ip
file rename ip.new ip
puts "the IP is in [file join $here ip]"
exit
