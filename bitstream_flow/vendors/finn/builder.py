# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FINN's builder on network.onnx beside this file, which is FINN's hardware graph: python build.py.

Needs finn-plus 1.6.1 (tried) with its dependencies, Vivado and Vitis HLS; `--until estimates` and
`--until codegen` need neither. settings.json beside this file names the board, the part, the clock
and the frame rate; for a board that FINN does not know, the last thing is the stitched IP of the
part. folding.json, where there is one, is taken as it is; without it, FINN folds by SetFolding.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from math import ceil, log2
from pathlib import Path
from typing import Any

from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from qonnx.transformation.base import Transformation
from qonnx.transformation.infer_datatypes import InferDataTypes

HERE = Path(__file__).resolve().parent
ESTIMATES = (
    "step_create_dataflow_partition",
    "step_specialize_layers",
    "step_target_fps_parallelization",
    "step_apply_folding_config",
    "step_generate_estimate_reports",
)
STITCHING = (
    "step_hw_codegen",
    "step_hw_ipgen",
    "step_set_fifo_depths",
    "step_create_stitched_ip",
    "step_out_of_context_synthesis",
)
SHELL = (
    "step_synthesize_bitfile",
    "step_make_driver",
    "step_deployment_package",
)


class ExactWidths(Transformation):
    """The fewest bits that hold every result of every layer, one sweep from input to output.

    FINN 1.6.1 takes a binary unit's result for a sum of -1 and +1; a popcount is 0 to K, so that
    FINN's own minimize_accumulator_width lets it overflow (72 would become -56 in INT7).
    """

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        """Node by node: FINN's own minimisation, and a popcount's width."""
        for node in model.graph.node:
            layer = getCustomOp(node)
            layer.infer_node_datatype(model)
            if hasattr(layer, "minimize_weight_bit_width"):
                layer.minimize_weight_bit_width(model)
            if "MVAU" in node.op_type and layer.get_nodeattr("binaryXnorMode"):
                popcount_width(layer)
            elif hasattr(layer, "minimize_accumulator_width"):
                layer.minimize_accumulator_width(model)
            layer.infer_node_datatype(model)
        return model, False


def popcount_width(layer: Any) -> None:
    """Declare the result of a binary matrix unit as wide as 0 to K needs."""
    name = f"UINT{ceil(log2(layer.get_nodeattr('MW') + 1))}"
    layer.set_nodeattr("accDataType", name)
    layer.set_nodeattr("outputDataType", name)


def step_exact_widths(model: ModelWrapper, cfg: Any) -> ModelWrapper:
    """In place of FINN's step_minimize_bit_width."""
    from finn.transformation.streamline.round_thresholds import RoundAndClipThresholds

    model = model.transform(ExactWidths())
    model = model.transform(RoundAndClipThresholds())
    return model.transform(InferDataTypes())


def import_builder() -> tuple[Any, Any]:
    """FINN's builder and its settings, with or without Vivado.

    FINN imports its simulator, which Vivado compiles, only to name a type in a signature.
    """
    os.environ.setdefault("FINN_BUILD_DIR", str(HERE / "work"))
    Path(os.environ["FINN_BUILD_DIR"]).mkdir(parents=True, exist_ok=True)
    if shutil.which("vivado") is None:
        os.environ.setdefault("XILINX_VIVADO", "/absent/Vivado/2022.2")
        import finn.xsi

        finn.xsi.SimEngine = object
    from finn.builder import build_dataflow, build_dataflow_config

    return build_dataflow, build_dataflow_config


def configuration(until: str) -> Any:
    """FINN's build configuration."""
    _, config = import_builder()
    settings = json.loads((HERE / "settings.json").read_text())
    output, folding = config.DataflowOutputType, HERE / "folding.json"
    outputs = [output.ESTIMATE_REPORTS]
    steps: list[Any] = [step_exact_widths, *ESTIMATES]
    if until == "codegen":
        steps.append("step_hw_codegen")
    if until == "bitfile":
        steps += STITCHING
        outputs += [output.STITCHED_IP, output.OOC_SYNTH]
    if until == "bitfile" and settings["board"]:
        steps += SHELL
        outputs += [output.BITFILE, output.PYNQ_DRIVER, output.DEPLOYMENT_PACKAGE]
    return config.DataflowBuildConfig(
        output_dir=str(HERE / "out"),
        synth_clk_period_ns=settings["clock_ns"],
        generate_outputs=outputs,
        board=settings["board"],
        fpga_part=settings["part"],
        shell_flow_type=config.ShellFlowType.VIVADO_ZYNQ,
        target_fps=None if folding.is_file() else settings["frames_per_second"],
        folding_config_file=folding if folding.is_file() else None,
        standalone_thresholds=True,
        steps=steps,
    )


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python build.py", description=__doc__)
    parser.add_argument(
        "--until", default="bitfile", choices=("estimates", "codegen", "bitfile"),
        help="the last thing to make (default: %(default)s)",
    )  # fmt: skip
    until = parser.parse_args().until
    missing = [tool for tool in ("vivado", "vitis_hls") if shutil.which(tool) is None]
    if until == "bitfile" and missing:
        print(f"error: {' and '.join(missing)} missing: source Vitis' settings64.sh first, or"
              " stop before with --until codegen", file=sys.stderr)  # fmt: skip
        return 1
    builder, _ = import_builder()
    return int(builder.build_dataflow_cfg(str(HERE / "network.onnx"), configuration(until)) != 0)


if __name__ == "__main__":
    sys.exit(main())
