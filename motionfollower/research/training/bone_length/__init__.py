"""Training of the network that estimates bone lengths from poses, on synthetic dancers.

No frame shows a length: limbs are foreshortened and cropped. The network predicts the logarithms of the lengths from
the joints of a clip. It is trained on projected joints of many bodies, and on the poses that the estimator finds in
rendered shards.

samples  the joints of one character's clips, and its true bone lengths
collect  a folder of them, resumable
batch    random windows of clips with the errors of estimators
fit      the loss, the trainer and the metric
"""
