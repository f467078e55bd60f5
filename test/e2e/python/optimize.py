"""A Python client that knows only proto/: lists the services by reflection, streams an optimization, prints what it saw as JSON.

Usage: optimize.py ADDRESS PROTO_FOLDER
"""

import array
import json
import pathlib
import sys
import tempfile

import grpc
from google.protobuf import descriptor_pool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_tools import protoc


def generate(protos: pathlib.Path, target: str) -> None:
    files = [str(path) for path in sorted(protos.rglob("*.proto")) if "grpc" not in path.relative_to(protos).parts[:1]]
    code = protoc.main(["protoc", f"-I{protos}", *protoc_include(), f"--python_out={target}", f"--grpc_python_out={target}", *files])
    if code != 0:
        raise SystemExit(f"protoc ended with code {code}")


def protoc_include() -> list[str]:
    import grpc_tools

    return [f"-I{pathlib.Path(grpc_tools.__file__).parent / '_proto'}"]


def main() -> None:
    address, protos = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as target, grpc.insecure_channel(address) as channel:
        generate(protos, target)
        sys.path.insert(0, target)
        from veritasvault.portfolio.v1 import optimization_service_pb2 as messages
        from veritasvault.portfolio.v1 import optimization_service_pb2_grpc as services
        from veritasvault.portfolio.v1 import values_pb2 as values

        reflected = ProtoReflectionDescriptorDatabase(channel)
        pool = descriptor_pool.DescriptorPool(reflected)
        names = sorted(reflected.get_services())
        methods = {name: len(pool.FindServiceByName(name).methods) for name in names}

        size = 5
        covariance = array.array("d", [0.04 if row == column else 0.01 for row in range(size) for column in range(size)])
        request = messages.OptimizeRequest(
            problem=messages.ProblemDefinition(
                universe=[messages.ProblemAsset(asset_id=f"A{index}") for index in range(size)],
                covariance=messages.Covariance(
                    matrix=values.Matrix(rows=size, columns=size, packed=covariance.tobytes()),
                    period=values.RETURN_PERIOD_ANNUAL,
                ),
            ),
            strategy=values.Selection(type="minimum-variance"),
        )
        progress, solution = 0, None
        for message in services.OptimizationServiceStub(channel).Optimize(request, timeout=60):
            if message.WhichOneof("event") == "progress":
                progress += 1
            else:
                solution = message.solution
        print(
            json.dumps(
                {
                    "methods": methods,
                    "progress": progress,
                    "termination": messages.TerminationReason.Name(solution.termination),
                    "certified": solution.certificate.passed,
                    "weights": [line.weight for line in solution.weights],
                }
            )
        )


if __name__ == "__main__":
    main()
