"""Attention against its definition."""

import math

import torch

from motionfollower.models.unet.attention import CrossAttention, attend


def test_attention_is_the_softmax_of_scaled_products():
    torch.manual_seed(0)
    query, key, value = torch.randn(2, 5, 3, 8), torch.randn(2, 7, 3, 8), torch.randn(2, 7, 3, 8)
    weights = (torch.einsum("bqhc,bkhc->bhqk", query, key) / math.sqrt(8)).softmax(-1)
    torch.testing.assert_close(attend(query, key, value), torch.einsum("bhqk,bkhc->bqhc", weights, value))


def test_attention_to_a_single_token_returns_its_value():
    torch.manual_seed(0)
    attention, x, token = CrossAttention(16, 8, heads=4), torch.randn(2, 5, 16), torch.randn(2, 1, 8)
    attended = attention(x, token.repeat(1, 3, 1))
    torch.testing.assert_close(attention(x, token).expand_as(x), attended)
