"""The segmentation network: trained on masks of images, it needs neither captions nor labels afterwards."""
