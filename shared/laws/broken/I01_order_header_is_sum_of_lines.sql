-- The header says one won more of goods and of discounts.
update purchase_orders set goods_amount = goods_amount + 1, discount_amount = discount_amount + 1 where paid_at is not null returning id::text;

-- The header asks for more shipping than its seller orders.
update purchase_orders set shipping_amount = shipping_amount + 1, total_payable = total_payable + 1 where paid_at is not null returning id::text;

-- The header used a point that no line used.
update purchase_orders set points_used = points_used + 1, total_payable = total_payable - 1 where paid_at is not null returning id::text;
