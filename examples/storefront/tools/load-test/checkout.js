// One shopper: open the shop, put something into the basket, pay.
export const steps = ['GET /', 'POST /basket/items', 'POST /checkout'];
export const shoppersPerMinute = 120;
