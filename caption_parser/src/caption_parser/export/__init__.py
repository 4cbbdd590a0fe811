"""Label files for other programs: one file per format; and images chosen by what their captions say."""
