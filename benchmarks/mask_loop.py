"""`python -m benchmarks.mask_loop INSTANCES.json IMAGES LIMIT OUTPUT`: masks the straightforward way, as a rival.

One image after the other in one process: the network, maps of all 81 labels at full resolution, dense CRF over all
of them, the argmax.
"""

import numpy as np
import pydensecrf.densecrf as dcrf
import torch
from PIL import Image
from pydensecrf.utils import unary_from_softmax
from torch.nn.functional import interpolate

from benchmarks.truth_maps import N_FOREGROUND, OPTIONS, TruthMaps
from segmentation.data.images import read_image


def main() -> None:
    """Write the masks and print how many."""
    maps, output = TruthMaps.from_arguments()
    for targets in maps.targets:
        image = read_image(targets.path)
        heatmaps = maps.scores([image], [targets])[0].heatmaps
        cams = torch.zeros(N_FOREGROUND, *next(iter(heatmaps.classes.values())).shape)
        for class_id, heatmap in heatmaps.classes.items():
            cam = torch.from_numpy(heatmap).relu()
            cams[class_id - 1] = cam / (cam.max() + 1e-5)
        background = (1 - cams.amax(dim=0, keepdim=True)) ** OPTIONS.alpha
        scores = torch.cat([background, cams])[None]
        height, width = image.shape[:2]
        probabilities = interpolate(scores, (height, width), mode="bilinear", align_corners=True)[0].numpy()
        crf = dcrf.DenseCRF2D(width, height, N_FOREGROUND + 1)
        crf.setUnaryEnergy(np.ascontiguousarray(unary_from_softmax(probabilities)))
        crf.addPairwiseGaussian(sxy=3, compat=3)
        crf.addPairwiseBilateral(sxy=80, srgb=13, rgbim=image, compat=10)
        labels = np.argmax(crf.inference(10), axis=0).reshape(height, width)
        Image.fromarray(labels.astype(np.uint8)).save(output / f"{targets.path.stem}.png")
    print(len(maps.targets))


if __name__ == "__main__":
    main()
