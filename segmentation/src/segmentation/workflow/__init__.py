"""The whole way from labels to a segmenter: the stages of other rooms, one after the other, in one folder."""
