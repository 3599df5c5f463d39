"""Import-linter contract: no cycle of imports between modules.

The library's `acyclic_siblings` compares packages, but aggregates of `services` may use each
other. This one compares modules. Imports in functions and under TYPE_CHECKING count, because they
hide a cycle.
"""

from graphlib import CycleError, TopologicalSorter

import grimp
from importlinter import Contract, ContractCheck, fields, output
from importlinter.application import contract_utils


class ModuleCyclesContract(Contract):
    type_name = "module_cycles"

    ignore_imports = fields.SetField(subfield=fields.ImportExpressionField(), required=False)

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        contract_utils.remove_ignored_imports(
            graph, self.ignore_imports, contract_utils.AlertLevel.ERROR
        )
        sorter = TopologicalSorter(
            {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
        )
        try:
            sorter.prepare()
        except CycleError as error:
            return ContractCheck(kept=False, metadata={"cycle": error.args[1][::-1]})
        return ContractCheck(kept=True)

    def render_broken_contract(self, check: ContractCheck) -> None:
        output.print_error(" -> ".join(check.metadata["cycle"]))
