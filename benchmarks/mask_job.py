"""`python -m benchmarks.mask_job INSTANCES.json IMAGES LIMIT OUTPUT`: masks by the package's job, on all cores."""


def main() -> None:
    """Write the masks and print how many."""
    # Here: worker processes import this module again, and need none of it.
    from benchmarks.truth_maps import N_FOREGROUND, OPTIONS, TruthMaps
    from segmentation.masks.job import MaskJob, MaskMachine
    from shared_runtime.workers import usable_cores

    maps, output = TruthMaps.from_arguments()
    job = MaskJob(maps, N_FOREGROUND, OPTIONS, MaskMachine(processes=usable_cores()))
    print(job.run(maps.targets, output).written)


if __name__ == "__main__":
    main()
