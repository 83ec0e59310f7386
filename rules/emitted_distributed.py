"""Emitted functions for training in several processes."""

from __future__ import annotations

from rules.emitted import TORCH, emitted

_DIST = "import torch.distributed as dist"

emitted(
    "init_distributed",
    '''
def init_distributed():
    """Join the processes that torchrun has started, or be the only one."""
    backend = "gloo"
    if torch.cuda.is_available():
        backend = "nccl"
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)))
    if "RANK" in os.environ:
        dist.init_process_group(backend)
    else:
        dist.init_process_group(backend, store=dist.HashStore(), rank=0, world_size=1)
    atexit.register(dist.destroy_process_group)
''',
    (),
    "import atexit",
    "import os",
    TORCH,
    _DIST,
    early=True,
)


emitted(
    "part_of_process",
    '''
def part_of_process(data):
    """The indices of the samples that this process evaluates."""
    return range(dist.get_rank(), len(data), dist.get_world_size())
''',
    (),
    _DIST,
)


emitted(
    "loader_of_process",
    '''
def loader_of_process(loader, sampler):
    """The same loader for one process, which takes its part of every batch."""
    return DataLoader(
        loader.dataset,
        batch_size=loader.batch_size // dist.get_world_size(),
        sampler=sampler,
        collate_fn=loader.collate_fn,
        drop_last=loader.drop_last,
    )
''',
    (),
    _DIST,
)


emitted(
    "save_weights",
    '''
def save_weights(model, path):
    """Save the weights once for all processes."""
    if dist.get_rank() == 0:
        torch.save(model.state_dict(), path)
    dist.barrier()
''',
    (),
    TORCH,
    _DIST,
)


emitted(
    "average_statistics",
    '''
def average_statistics(model):
    """Average the running statistics over all processes."""
    for buffer in model.buffers():
        if buffer.is_floating_point():
            dist.all_reduce(buffer)
            buffer /= dist.get_world_size()
''',
    (),
    _DIST,
)
