from .activations import argmax as argmax
from .activations import relu_and_sigmoid as relu_and_sigmoid
from .activations import sigmoid as sigmoid
from .activations import softmax as softmax
from .card import summary_card as summary_card
from .convolutions import convolution_weights as convolution_weights
from .convolutions import data_cubes as data_cubes
from .convolutions import feature_maps as feature_maps
from .convolutions import learned_filters as learned_filters
from .convolutions import shrinking as shrinking
from .convolutions import sliding_filter as sliding_filter
from .data import data_parallel as data_parallel
from .data import held_out_and_sealed as held_out_and_sealed
from .data import input_pipeline as input_pipeline
from .data import preparation as preparation
from .data import train_and_validation as train_and_validation
from .data import where_they_stand as where_they_stand
from .descent import averaged_steps as averaged_steps
from .descent import bouncing_and_settling as bouncing_and_settling
from .descent import gradient_descent as gradient_descent
from .descent import mini_batches as mini_batches
from .descent import saddle_point as saddle_point
from .layer_statistics import activations_by_layer as activations_by_layer
from .layer_statistics import gradients_by_layer as gradients_by_layer
from .layer_statistics import sums_by_layer as sums_by_layer
from .layers import flattening as flattening
from .layers import matrix_product as matrix_product
from .layers import one_layer as one_layer
from .layers import stacked_layers as stacked_layers
from .layers import tensors as tensors
from .losses import cross_entropy as cross_entropy
from .losses import loss_curves as loss_curves
from .regularization import batch_normalization as batch_normalization
from .regularization import dropout as dropout

__all__ = [
    "activations_by_layer",
    "argmax",
    "averaged_steps",
    "batch_normalization",
    "bouncing_and_settling",
    "convolution_weights",
    "cross_entropy",
    "data_cubes",
    "data_parallel",
    "dropout",
    "feature_maps",
    "flattening",
    "gradient_descent",
    "gradients_by_layer",
    "held_out_and_sealed",
    "input_pipeline",
    "learned_filters",
    "loss_curves",
    "matrix_product",
    "mini_batches",
    "one_layer",
    "preparation",
    "relu_and_sigmoid",
    "saddle_point",
    "shrinking",
    "sigmoid",
    "sliding_filter",
    "softmax",
    "stacked_layers",
    "summary_card",
    "sums_by_layer",
    "tensors",
    "train_and_validation",
    "where_they_stand",
]
